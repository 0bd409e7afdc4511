import { z } from 'zod'
import { SkillRun } from '#contract/personas.ts'
import { DealBoard, DealBoardQuery, DealDetail, DealPage, DealQuery } from '#contract/records.ts'
import type { Deals } from '#features/deals/index.ts'
import { RECORD_KINDS } from '#platform/cache/data-epochs.ts'
import { presentRun } from '../present-run.ts'
import { defineRoute, type Route } from '../route.ts'

const DealId = z.strictObject({ id: z.string().min(1).max(200) })

/** Deals and their risk. */
export function dealRoutes({ deals }: { readonly deals: Deals }): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/deals',
        summary: 'Deals you may see',
        access: 'records:read',
        keep: RECORD_KINDS,
        query: DealQuery,
        response: DealPage,
      },
      ({ principal, query }) => deals.list(principal, query),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/deals/board',
        summary: 'Open deals you may see, by stage',
        access: 'records:read',
        keep: RECORD_KINDS,
        query: DealBoardQuery,
        response: DealBoard,
      },
      ({ principal, query }) => deals.board(principal, query),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/deals/:id',
        summary: 'One deal with people and history',
        access: 'records:read',
        keep: RECORD_KINDS,
        params: DealId,
        response: DealDetail,
      },
      ({ principal, params }) => deals.get(principal, params.id),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/deals/:id/risk',
        summary: 'Risk signals of a deal',
        access: 'records:read',
        keep: RECORD_KINDS,
        params: DealId,
        response: SkillRun,
      },
      async ({ principal, params }) => presentRun(await deals.risk(principal, params.id)),
    ),
  ]
}
