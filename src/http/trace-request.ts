import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { SLOW_REQUEST_MS } from '#domain/trace/slow.ts'
import { createTraceId } from '#platform/crypto/ids.ts'
import { saneCorrelationId, type Correlation } from '#platform/log/correlation.ts'
import { endSpan, noteOn, type Span } from '#platform/tracing/span.ts'
import { isTraceId, readTraceContext } from '#platform/tracing/trace-context.ts'
import type { Tracing } from '#platform/tracing/tracing.ts'

/** By which a caller finds the request again: their own id, else the trace's. */
export function correlationIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  return saneCorrelationId(headers['x-correlation-id']) ?? readTraceContext(headers)?.traceId ?? createTraceId()
}

export interface RequestTraces {
  /** What the work for a request carries: its ids and, when traces are sent somewhere, its span. */
  begin(request: FastifyRequest): Correlation
  /** `place`: null for what anybody may ask; `isLong`: its length is the reader's. */
  end(request: FastifyRequest, reply: FastifyReply, place: { readonly isLong: boolean } | null): void
  /** As logs name it: the trace, and beside it the caller's own id if that is another. */
  idsOf(request: FastifyRequest): Record<string, string>
}

/** One trace, or one part of the caller's, for each request. */
export function createRequestTraces(tracing: Tracing | undefined): RequestTraces {
  const spans = new WeakMap<FastifyRequest, Span>()
  return {
    begin(request) {
      const { id: correlationId, headers, method } = request
      const remote = readTraceContext(headers)
      if (!tracing?.isExporting) return { correlationId, remote }
      const traceId = isTraceId(correlationId) ? correlationId : undefined
      const attributes = { 'http.request.method': method }
      const span = tracing.begin({ kind: 'request', name: method, parent: remote ?? null, traceId, attributes })
      if (span) spans.set(request, span)
      return { correlationId, remote, span }
    },
    end(request, reply, place) {
      const span = spans.get(request)
      if (!span || !tracing) return
      const { statusCode: status } = reply
      const route = request.routeOptions.url ?? 'unknown'
      // The address as it was asked for may name people; the route does not.
      noteOn(span, { 'http.route': route, 'http.response.status_code': status })
      span.failure = status >= 500 ? String(status) : null
      endSpan(Object.assign(span, { name: `${request.method} ${route}` }))
      const isSlow = place?.isLong !== true && reply.elapsedTime > SLOW_REQUEST_MS
      // A stranger must not have everything of theirs sent by saying that they record it.
      tracing.end(span, { isSlow, isCallerKnown: place !== null && status < 400 })
    },
    idsOf(request) {
      const traceId = spans.get(request)?.trace.traceId ?? request.id
      return traceId === request.id
        ? { 'trace.id': traceId }
        : { 'trace.id': traceId, 'sophia.correlation.id': request.id }
    },
  }
}
