import { Done, PageQuery } from '#contract/common.ts'
import { DeadJobId, DeadJobPage } from '#contract/jobs.ts'
import type { DeadJobs } from '#features/operations/dead-jobs.ts'
import { defineRoute, type Route } from '../route.ts'

const DONE = { done: true } as const

/** The jobs that failed for the last time. */
export function jobRoutes({ deadJobs }: { readonly deadJobs: DeadJobs }): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/jobs/dead',
        summary: 'Jobs that failed for the last time, newest first; kept for 30 days',
        access: 'job:manage',
        query: PageQuery,
        response: DeadJobPage,
      },
      ({ query }) => deadJobs.list(query),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/jobs/dead/:id/retry',
        summary: 'Send a job again that failed for the last time',
        access: 'job:manage',
        params: DeadJobId,
        response: Done,
      },
      async ({ principal, correlationId, params }) => {
        await deadJobs.retry({ principal, correlationId }, params.id)
        return DONE
      },
    ),
    defineRoute(
      {
        method: 'DELETE',
        path: '/api/jobs/dead/:id',
        summary: 'Let a job go that failed for the last time',
        access: 'job:manage',
        params: DeadJobId,
        response: Done,
      },
      async ({ principal, correlationId, params }) => {
        await deadJobs.discard({ principal, correlationId }, params.id)
        return DONE
      },
    ),
  ]
}
