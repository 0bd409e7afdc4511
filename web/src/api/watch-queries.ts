import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { AlertReport, OperationsReport, SloReport } from '#contract/watch.ts'
import { call } from './client.ts'

/** The stream says when something is another. Without it, and while the page is in sight, all is asked for so often. */
export const WITHOUT_STREAM_MS = 5000
/** With it, in case it has fallen silent. */
export const BESIDE_STREAM_MS = 15_000
const OBJECTIVES_EACH_MS = 15_000

export const alertsQuery = queryOptions({
  queryKey: ['watch', 'alerts'],
  queryFn: ({ signal }) => call(AlertReport, '/api/alerts', { signal }),
})
export const operationsQuery = (hours: number) =>
  queryOptions({
    queryKey: ['watch', 'operations', hours],
    queryFn: ({ signal }) => call(OperationsReport, '/api/operations', { query: { hours }, signal }),
    placeholderData: keepPreviousData,
  })
export const objectivesQuery = (hours: number) =>
  queryOptions({
    queryKey: ['watch', 'objectives', hours],
    queryFn: ({ signal }) => call(SloReport, '/api/slo', { query: { hours }, signal }),
    refetchInterval: OBJECTIVES_EACH_MS,
    placeholderData: keepPreviousData,
  })
