import { AuditPage, AuditQuery } from '#contract/access.ts'
import type { Access } from '#features/access/index.ts'
import { defineRoute, type Route } from '../route.ts'

export interface AuditNeeds {
  readonly access: Pick<Access, 'listAudit'>
}

/** Who did what. */
export function auditRoutes({ access }: AuditNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/audit',
        summary: 'Who did what, newest first',
        access: 'audit:read',
        query: AuditQuery,
        response: AuditPage,
      },
      async ({ query }) => access.listAudit(query),
    ),
  ]
}
