import { DrillOrder, DrillReport, DrillsAsked } from '#contract/drills.ts'
import type { Drills } from '#features/drills/index.ts'
import { defineRoute, type Route } from '../route.ts'

/** Rehearsed disasters: how they went, and asking for one. */
export function drillRoutes({ drills }: { readonly drills: Pick<Drills, 'ask' | 'list'> }): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/drills',
        summary: 'Rehearsed disasters: what is believed, what was seen, whether it held',
        access: 'watch:read',
        response: DrillReport,
      },
      () => drills.list(),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/drills',
        summary: 'Have a disaster rehearsed on a scratch copy, or all of them',
        access: 'drill:run',
        body: DrillOrder,
        status: 202,
        response: DrillsAsked,
      },
      async ({ principal, correlationId, body }) => ({
        waiting: [...(await drills.ask({ principal, correlationId }, body.name))],
      }),
    ),
  ]
}
