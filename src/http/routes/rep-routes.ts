import { z } from 'zod'
import { PageQuery } from '#contract/common.ts'
import { SkillRun } from '#contract/personas.ts'
import { RepDetail, RepPage } from '#contract/records.ts'
import type { Deals } from '#features/deals/index.ts'
import { RECORD_KINDS } from '#platform/cache/data-epochs.ts'
import { presentRun } from '../present-run.ts'
import { defineRoute, type Route } from '../route.ts'

const RepId = z.strictObject({ id: z.string().min(1).max(200) })

/** Reps and how they do. A peer out of the asker's row scope is as absent as an unknown one. */
export function repRoutes({ deals }: { readonly deals: Deals }): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/reps',
        summary: 'Reps you may see',
        access: 'records:read',
        keep: RECORD_KINDS,
        query: PageQuery,
        response: RepPage,
      },
      ({ principal, query }) => deals.listReps(principal, query),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/reps/:id',
        summary: 'One rep with quota and open deals',
        access: 'records:read',
        keep: RECORD_KINDS,
        params: RepId,
        response: RepDetail,
      },
      ({ principal, params }) => deals.getRep(principal, params.id),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/reps/:id/performance',
        summary: 'A rep against their own history and peers',
        access: 'records:read',
        keep: RECORD_KINDS,
        params: RepId,
        response: SkillRun,
      },
      async ({ principal, params }) => presentRun(await deals.performance(principal, params.id)),
    ),
  ]
}
