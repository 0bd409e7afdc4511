import {
  SpanKind as ForeignKind,
  SpanStatusCode,
  TraceFlags,
  type HrTime,
  type Link,
  type SpanContext,
} from '@opentelemetry/api'
import { millisToHrTime, TraceState, type InstrumentationScope } from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { idOf, type Attributes, type Span, type SpanKind, type Trace } from './span.ts'

const FOREIGN_KINDS: Readonly<Partial<Record<SpanKind, ForeignKind>>> = {
  request: ForeignKind.SERVER,
  // They were put into a queue by a request, and taken out by whoever had room.
  turn: ForeignKind.CONSUMER,
  job: ForeignKind.CONSUMER,
  model: ForeignKind.CLIENT,
  mcp: ForeignKind.CLIENT,
  sql: ForeignKind.CLIENT,
}

/** What every span of a process says of where it was made. */
export interface Origin {
  readonly resource: Resource
  readonly scope: InstrumentationScope
}

const NONE = { events: [], droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 }

/** A trace as OpenTelemetry's own exporters take it. */
export function toReadableSpans(trace: Trace, origin: Origin): ReadableSpan[] {
  const atMs = (ms: number): number => trace.begunAt.getTime() + ms - (trace.spans[0]?.startMs ?? ms)
  return trace.spans.map((span) => {
    const endMs = span.endMs ?? span.startMs
    const parent = parentOf(span)
    const own = contextOf(trace, idOf(span))
    return {
      ...NONE,
      name: span.name,
      kind: FOREIGN_KINDS[span.kind] ?? ForeignKind.INTERNAL,
      spanContext: () => own,
      links: linksOf(span),
      ...(parent ? { parentSpanContext: parent } : {}),
      startTime: millisToHrTime(atMs(span.startMs)),
      endTime: millisToHrTime(atMs(endMs)),
      duration: durationOf(span.startMs, endMs),
      status: span.failure === null ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR },
      attributes: attributesOf(span),
      ended: true,
      resource: origin.resource,
      instrumentationScope: origin.scope,
    }
  })
}

function durationOf(startMs: number, endMs: number): HrTime {
  return millisToHrTime(Math.max(0, endMs - startMs))
}

function attributesOf(span: Span): Attributes {
  const { trace, parent, attributes, failure, kind } = span
  return {
    ...(kind === 'sql' ? { 'db.system.name': 'postgresql', 'db.query.summary': span.name } : {}),
    ...attributes,
    ...(failure === null ? {} : { 'error.type': failure }),
    ...(parent === null && trace.leftOut > 0 ? { 'sophia.spans.left_out': trace.leftOut } : {}),
  }
}

function parentOf({ parent, trace }: Span): SpanContext | undefined {
  if (parent) return contextOf(trace, idOf(parent))
  return trace.parent ? { ...contextOf(trace, trace.parent.spanId), isRemote: true } : undefined
}

function linksOf({ parent, trace }: Span): Link[] {
  if (parent !== null || trace.link === null) return []
  const { traceId, spanId, state } = trace.link
  const traceState = state === undefined ? {} : { traceState: new TraceState(state) }
  return [{ context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true, ...traceState } }]
}

function contextOf({ traceId, parent }: Trace, spanId: string): SpanContext {
  const traceState = parent?.state === undefined ? {} : { traceState: new TraceState(parent.state) }
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, ...traceState }
}
