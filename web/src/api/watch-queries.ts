import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { AlertReport, SloReport } from '#contract/watch.ts'
import { call } from './client.ts'
import { systemHealthQuery } from './queries.ts'

/** While the page is in sight; hidden it asks for nothing. */
const EACH_MS = 5000
const OBJECTIVES_EACH_MS = 15_000

export const alertsQuery = queryOptions({
  queryKey: ['watch', 'alerts'],
  queryFn: ({ signal }) => call(AlertReport, '/api/alerts', { signal }),
  refetchInterval: EACH_MS,
})
export const partsQuery = queryOptions({ ...systemHealthQuery, refetchInterval: EACH_MS })
export const objectivesQuery = (hours: number) =>
  queryOptions({
    queryKey: ['watch', 'objectives', hours],
    queryFn: ({ signal }) => call(SloReport, '/api/slo', { query: { hours }, signal }),
    refetchInterval: OBJECTIVES_EACH_MS,
    placeholderData: keepPreviousData,
  })
