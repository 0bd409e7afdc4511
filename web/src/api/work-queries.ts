import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { BriefingPage, BriefingSettings } from '#contract/briefings.ts'
import { Draft, DraftPage } from '#contract/drafts.ts'
import { MemoryDetail, MemoryPage } from '#contract/memory.ts'
import { call } from './client.ts'

type Query = Readonly<Record<string, string | number | undefined>>
const part = encodeURIComponent

export const memoriesQuery = (query: Query) =>
  infiniteQueryOptions({
    queryKey: ['memories', query],
    queryFn: ({ pageParam, signal }) =>
      call(MemoryPage, '/api/memories', { query: { ...query, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  })
export const memoryQuery = (id: string) =>
  queryOptions({
    queryKey: ['memory', id],
    queryFn: ({ signal }) => call(MemoryDetail, `/api/memories/${part(id)}`, { signal }),
  })
/** What was learnt in a conversation; asked again whenever the conversation is. */
export const learntQuery = (conversationId: string) =>
  queryOptions({
    queryKey: ['conversation', conversationId, 'memories'],
    queryFn: ({ signal }) => call(MemoryPage, '/api/memories', { query: { conversationId, limit: 200 }, signal }),
  })

export const draftsQuery = (query: Query) =>
  infiniteQueryOptions({
    queryKey: ['drafts', query],
    queryFn: ({ pageParam, signal }) =>
      call(DraftPage, '/api/drafts', { query: { ...query, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  })
export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: ['draft', id],
    queryFn: ({ signal }) => call(Draft, `/api/drafts/${part(id)}`, { signal }),
    // An approved one is on its way; what became of it shows by itself.
    refetchInterval: (query) => (query.state.data?.status === 'approved' ? 1500 : false),
  })

export const briefingQuery = queryOptions({
  queryKey: ['briefing'],
  queryFn: ({ signal }) => call(BriefingSettings, '/api/briefing', { signal }),
})
export const briefingsQuery = queryOptions({
  queryKey: ['briefings'],
  queryFn: ({ signal }) => call(BriefingPage, '/api/briefings', { query: { limit: 20 }, signal }),
})
