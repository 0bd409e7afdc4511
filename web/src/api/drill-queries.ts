import { queryOptions } from '@tanstack/react-query'
import { DrillReport } from '#contract/drills.ts'
import { call } from './client.ts'

const BUSY_MS = 2000
const IDLE_MS = 30_000

/** Often while one waits or runs, seldom otherwise. */
export const drillsQuery = queryOptions({
  queryKey: ['drills'],
  queryFn: ({ signal }) => call(DrillReport, '/api/drills', { signal }),
  refetchInterval: ({ state: { data } }) =>
    data?.drills.some(({ runs }) => runs.some(({ state }) => state !== 'ended')) ? BUSY_MS : IDLE_MS,
})
