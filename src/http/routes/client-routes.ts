import { z } from 'zod'
import { SkillRun } from '#contract/personas.ts'
import { ClientDetail, ClientPage, ClientQuery } from '#contract/records.ts'
import type { Clients } from '#features/clients/index.ts'
import { RECORD_KINDS } from '#platform/cache/data-epochs.ts'
import { presentRun } from '../present-run.ts'
import { defineRoute, type Route } from '../route.ts'

const ClientId = z.strictObject({ id: z.string().min(1).max(200) })

/** Clients and their health. */
export function clientRoutes({ clients }: { readonly clients: Clients }): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/clients',
        summary: 'Clients you may see',
        access: 'records:read',
        keep: RECORD_KINDS,
        query: ClientQuery,
        response: ClientPage,
      },
      ({ principal, query }) => clients.list(principal, query),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/clients/:id',
        summary: 'One client with people, deals and history',
        access: 'records:read',
        keep: RECORD_KINDS,
        params: ClientId,
        response: ClientDetail,
      },
      ({ principal, params }) => clients.get(principal, params.id),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/clients/:id/health',
        summary: 'Health of a client',
        access: 'records:read',
        keep: RECORD_KINDS,
        params: ClientId,
        response: SkillRun,
      },
      async ({ principal, params }) => presentRun(await clients.health(principal, params.id)),
    ),
  ]
}
