import { z } from 'zod'
import { Done } from '#contract/common.ts'
import {
  AlertReport,
  AlertSilence,
  AlertTrial,
  OperationsReport,
  SloQuery,
  SloReport,
  type OperationsEvent,
} from '#contract/watch.ts'
import { can } from '#domain/permission.ts'
import type { Access } from '#features/access/index.ts'
import type { Health } from '#features/operations/health.ts'
import type { Watch } from '#features/watch/index.ts'
import { defineRoute, type Route } from '../route.ts'
import { pendingKinds } from '../stream/pending-kinds.ts'
import { streamOptions, type StreamNeeds } from '../stream/stream-options.ts'
import { createEventStream, SSE_HEADERS } from '../stream/turn-stream.ts'

interface WatchRouteNeeds extends StreamNeeds {
  readonly watch: Watch
  readonly health: Pick<Health, 'onChange'>
  readonly access: Pick<Access, 'recordAudit'>
}

/** How well the service is: objectives with their budgets, alerts and their silences. */
export function watchRoutes(needs: WatchRouteNeeds): Route[] {
  return [...readingRoutes(needs), ...alertRoutes(needs)]
}

function readingRoutes(needs: WatchRouteNeeds): Route[] {
  const { watch } = needs
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
        method: 'GET',
        path: '/api/operations',
        summary: 'How it went over the last hours, how it is now, by process, and what was changed meanwhile',
        access: 'watch:read',
        query: SloQuery,
        response: OperationsReport,
      },
      async ({ query, principal }) =>
        watch.readOperations({ hours: query.hours, mayReadAudit: can(principal, 'audit:read') }),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/operations/stream',
        summary: 'That alerts, health or figures are others now (text/event-stream); they themselves are asked for',
        access: 'watch:read',
      },
      async ({ principal, reply, signal }) => {
        const options = streamOptions(needs, { principal, action: 'watch:read', gone: signal })
        const frame = (type: OperationsEvent['type']): string =>
          `event: ${type}\ndata: ${JSON.stringify({ type } satisfies OperationsEvent)}\n\n`
        void reply.headers(SSE_HEADERS).send(createEventStream(hearOperations(needs, options.signal), frame, options))
      },
    ),
  ]
}

/** What became another, each kind once for as long as the reader has not taken it. */
function hearOperations(
  { watch, health }: WatchRouteNeeds,
  signal: AbortSignal,
): AsyncIterable<OperationsEvent['type']> {
  return pendingKinds<OperationsEvent['type']>(
    (tell) => [
      watch.hearAlerts(() => tell('alerts')),
      health.onChange(() => tell('health')),
      watch.hearRounds(() => tell('round')),
    ],
    signal,
  )
}

function alertRoutes({ watch, access }: WatchRouteNeeds): Route[] {
  return [
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
