import { timingSafeEqual } from 'node:crypto'
import type { Registry } from 'prom-client'
import { Health as HealthShape, Live, Ready } from '#contract/operations.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Health } from '#features/operations/health.ts'
import type { Recoveries } from '#features/operations/recoveries.ts'
import { isLoopback } from '#platform/config/config.ts'
import type { Secret } from '#platform/config/secret.ts'
import { oneAtATime } from '#platform/one-at-a-time.ts'
import type { ReadinessAskers } from '../readiness-askers.ts'
import { defineRoute, type Route } from '../route.ts'

export interface OperationNeeds {
  readonly health: Health
  readonly recoveries: Pick<Recoveries, 'list'>
  readonly version: string
  readonly mode: 'embedded' | 'cluster'
  readonly registry: Registry
  readonly metricsToken: Secret | null
  /** Told who was told whether traffic may be sent here. */
  readonly askers: Pick<ReadinessAskers, 'note'>
}

/** What orchestrators and monitors ask; none of it waits for a dependency. */
export function operationRoutes(needs: OperationNeeds): Route[] {
  return [liveRoute(), readyRoute(needs), healthRoute(needs), metricsRoute(needs)]
}

function liveRoute(): Route {
  return defineRoute(
    { method: 'GET', path: '/livez', summary: 'The process answers', access: 'public', response: Live },
    async () => ({ status: 'ok' as const }),
  )
}

function readyRoute({ health, askers }: OperationNeeds): Route {
  return defineRoute(
    {
      method: 'GET',
      path: '/readyz',
      summary: 'Whether traffic may be sent here, by component',
      access: 'public',
      response: Ready,
    },
    async ({ reply, request }) => {
      askers.note(request.ip)
      const { checkedAt, components } = health.snapshot()
      const isReady = health.isReady()
      if (!isReady) void reply.code(503).header('retry-after', '2')
      return {
        status: isReady ? ('ready' as const) : ('not-ready' as const),
        checkedAt: checkedAt ?? new Date(0).toISOString(),
        components,
      }
    },
  )
}

function healthRoute({ health, recoveries, version, mode }: OperationNeeds): Route {
  return defineRoute(
    {
      method: 'GET',
      path: '/health',
      summary: 'State of every component with when it was measured',
      access: 'public',
      response: HealthShape,
    },
    async () => {
      const { status, components } = health.snapshot()
      const uptimeSeconds = Math.floor(process.uptime())
      return { status, version, uptimeSeconds, mode, components, recoveries: recoveries.list() }
    },
  )
}

/** However many scrape at the same time, the figures are gathered once for those who came before that began, and once more for the others. */
function metricsRoute({ registry, metricsToken }: OperationNeeds): Route {
  const gather = oneAtATime(() => registry.metrics())
  return defineRoute(
    { method: 'GET', path: '/metrics', summary: 'Prometheus text', access: 'public' },
    async ({ request, reply }) => {
      if (!isScraperWelcome(request.headers.authorization, request.ip, metricsToken))
        throw new SophiaError('NOT_SIGNED_IN')
      const text = await gather()
      await reply.header('content-type', registry.contentType).send(text)
    },
  )
}

function isScraperWelcome(authorization: string | undefined, address: string, token: Secret | null): boolean {
  if (!token) return isLoopback(address.replace(/^::ffff:/, ''))
  const given = Buffer.from(authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token.reveal()}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
