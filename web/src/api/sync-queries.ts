import { queryOptions } from '@tanstack/react-query'
import { MappingList, SyncDetail, SyncList } from '#contract/sync.ts'
import { isUnderWay } from '../state/sync-words.ts'
import { call } from './client.ts'

/** While something runs. */
const WATCH_MS = 2000
/** A run that the schedule began is found by this. */
const LOOK_AGAIN_MS = 30_000

export const syncsQuery = queryOptions({
  queryKey: ['mcp', 'syncs'],
  queryFn: ({ signal }) => call(SyncList, '/api/mcp/syncs', { signal }),
})
export const syncQuery = (id: string) =>
  queryOptions({
    queryKey: ['mcp', 'syncs', id],
    queryFn: ({ signal }) => call(SyncDetail, `/api/mcp/syncs/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.lastRun) ? WATCH_MS : LOOK_AGAIN_MS),
  })
export const mappingsQuery = queryOptions({
  queryKey: ['mcp', 'mappings'],
  queryFn: ({ signal }) => call(MappingList, '/api/mcp/syncs/mappings', { signal }),
})
