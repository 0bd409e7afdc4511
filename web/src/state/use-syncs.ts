import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import {
  Sync,
  SyncPreview,
  SyncRun,
  type NewSync,
  type RunRequest,
  type SyncChange,
  type SyncDetail,
} from '#contract/sync.ts'
import { call, command } from '../api/client.ts'
import { syncsQuery } from '../api/sync-queries.ts'
import { isUnderWay } from './sync-words.ts'

const ALL = '/api/mcp/syncs'
const addressOf = (id: string): string => `${ALL}/${encodeURIComponent(id)}`

/** What is known of syncs is asked again after each of these, and so is what every page says of its sources. */
function useChange<Given, Answer>(act: (given: Given) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['me'] })
      return client.invalidateQueries({ queryKey: syncsQuery.queryKey })
    },
  })
}

export const usePreviewSync = () =>
  useMutation({ mutationFn: (body: NewSync) => call(SyncPreview, `${ALL}/preview`, { method: 'POST', json: body }) })

export const useCreateSync = () => useChange((body: NewSync) => call(Sync, ALL, { method: 'POST', json: body }))

export const useChangeSync = (id: string) =>
  useChange((change: SyncChange) => call(Sync, addressOf(id), { method: 'PATCH', json: change }))

export const useRunSync = (id: string) =>
  useChange((request: Partial<RunRequest>) => call(SyncRun, `${addressOf(id)}/run`, { method: 'POST', json: request }))

/** The one that goes is left out at once, so that nobody asks about it any more. */
export function useRemoveSync(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => command(addressOf(id), { method: 'DELETE' }),
    onSuccess: () => {
      client.setQueryData(syncsQuery.queryKey, (before) =>
        before ? { items: before.items.filter((sync) => sync.id !== id) } : undefined,
      )
      void client.invalidateQueries({ queryKey: ['me'] })
    },
  })
}

/** When a run ends while one looks, everything that rests on records is asked again. */
export function useFreshRecords(detail: SyncDetail | undefined): void {
  const client = useQueryClient()
  const wasUnderWay = useRef(false)
  const underWay = isUnderWay(detail?.lastRun)
  useEffect(() => {
    if (wasUnderWay.current && !underWay)
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'mcp' })
    wasUnderWay.current = underWay
  }, [client, underWay])
}
