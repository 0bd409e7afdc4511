import { queryOptions } from '@tanstack/react-query'
import { TurnTrace } from '#contract/traces.ts'
import { call } from './client.ts'

const ASK_AGAIN_MS = 1000

/** Where the time of an answer went; asked again while it is not stored yet. */
export const turnTraceQuery = (turnId: string) =>
  queryOptions({
    queryKey: ['turn-trace', turnId],
    queryFn: ({ signal }) => call(TurnTrace, `/api/turns/${encodeURIComponent(turnId)}/trace`, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data?.state === 'soon' || data?.state === 'answering' ? ASK_AGAIN_MS : false,
  })
