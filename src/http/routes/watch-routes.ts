import { z } from 'zod'
import { Done } from '#contract/common.ts'
import { AlertReport, AlertSilence, AlertTrial, SloQuery, SloReport } from '#contract/watch.ts'
import type { Access } from '#features/access/index.ts'
import type { Watch } from '#features/watch/index.ts'
import { defineRoute, type Route } from '../route.ts'

interface WatchRouteNeeds {
  readonly watch: Watch
  readonly access: Pick<Access, 'recordAudit'>
}

/** How well the service is: objectives with their budgets, alerts and their silences. */
export function watchRoutes({ watch, access }: WatchRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/slo',
        summary: 'Objectives, the budgets that are left, how fast they are used, and their history',
        access: 'watch:read',
        query: SloQuery,
        response: SloReport,
      },
      async ({ query }) => watch.readObjectives(query.hours),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/alerts',
        summary: 'Every rule with its threshold, its state and what to do; the processes that take part',
        access: 'watch:read',
        response: AlertReport,
      },
      async () => watch.listAlerts(),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/alerts/:id/silence',
        needsRoom: false,
        summary: 'Tell nobody of a rule for some hours; 0 ends it',
        access: 'watch:manage',
        params: z.strictObject({ id: z.string().max(100) }),
        body: AlertSilence,
        response: Done,
      },
      async ({ params, body, principal, correlationId }) => {
        await watch.silence(principal, { ...params, ...body })
        const target = { targetKind: 'alert', targetId: params.id }
        await access.recordAudit({ principal, correlationId, action: 'alert.silence', ...target, detail: body })
        return { done: true as const }
      },
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/alerts/try',
        needsRoom: false,
        summary: 'Send a message for trial by every way that is set up',
        access: 'watch:manage',
        response: AlertTrial,
      },
      async ({ principal }) => watch.tryChannels(principal),
    ),
  ]
}
