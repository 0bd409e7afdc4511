import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answered } from '#domain/objectives/judge.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import { overloaded, RETRY_AFTER_SECONDS, type AdmissionGate } from './admission-gate.ts'
import { createRouteFinder } from './find-route.ts'
import { placeOfRoute, type PlaceOfRoute } from './place-of-route.ts'
import { toProblem } from './problem.ts'
import type { Route } from './route.ts'
import { securityHeaders } from './security-headers.ts'
import { correlationIdOf } from './trace-request.ts'

interface EarlyRefusalNeeds {
  readonly routes: readonly Route[]
  readonly gate: AdmissionGate
  readonly metrics: Pick<Metrics, 'httpDuration'>
  readonly isSecure?: boolean
  readonly isLeaving?: () => boolean
  readonly onAnswered?: (answered: Answered) => void
}

/** Where a request would have gone. */
interface Destination extends PlaceOfRoute {
  readonly labels: { readonly method: string; readonly route: string; readonly status: '503' }
}

/** Answers the request with 503 when it would be refused anyway, and says whether it did. */
export type EarlyRefusal = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Refuses before anything is made of a request, not even Fastify's own: under five times the load four of five are refused, and what that
 * takes is missing for those who are served. Such a request is counted and measured like any other, and begins no trace.
 */
export function createEarlyRefusal(needs: EarlyRefusalNeeds): EarlyRefusal {
  const { gate, metrics, onAnswered, isLeaving } = needs
  const find = createRouteFinder(needs.routes, destinationOf)
  const headers = headersOf(needs.isSecure)
  const bodyFor = createBody()
  return (request, response) => {
    // Whoever comes last is refused first.
    if (!gate.isShut('background')) return false
    const destination = find(request.method ?? 'GET', request.url ?? '/')
    if (!destination || !gate.isShut(destination.rank)) return false
    const id = correlationIdOf(request)
    const connection = isLeaving?.() ? ['connection', 'close'] : []
    response.writeHead(503, [...headers, 'x-correlation-id', id, ...connection]).end(bodyFor(id))
    gate.noteRefused(destination.rank)
    metrics.httpDuration.observe(destination.labels, 0)
    onAnswered?.({ status: 503, ms: 0, isLong: destination.isLong })
    return true
  }
}

/** What has no place is never refused, and what has no route is told so by the server. */
function destinationOf(route: Route): Destination | undefined {
  const place = placeOfRoute(route)
  return place ? { ...place, labels: { method: route.method, route: route.path, status: '503' } } : undefined
}

function headersOf(isSecure: boolean | undefined): string[] {
  return Object.entries({
    ...securityHeaders(isSecure),
    'content-type': 'application/problem+json; charset=utf-8',
    'retry-after': String(RETRY_AFTER_SECONDS),
  }).flat()
}

/** The same text each time but for the id, which holds nothing that JSON would write otherwise. */
function createBody(): (correlationId: string) => string {
  const PLACE = 'correlation-id'
  const [before, after] = JSON.stringify(toProblem(overloaded(), PLACE)).split(PLACE)
  return (correlationId) => `${before}${correlationId}${after}`
}
