import { createSpanId } from '../crypto/ids.ts'
import type { TraceContext } from './trace-context.ts'

/** What a span is about: how people are told of it, and what kind it has outside. */
export type SpanKind =
  | 'request'
  | 'turn'
  | 'job'
  | 'context'
  | 'recall'
  | 'round'
  | 'model'
  | 'tool'
  | 'mcp'
  | 'person'
  | 'cache'
  | 'sql'
  | 'store'

/** Names from OpenTelemetry's conventions where there is one; never words of a message, never a secret. */
export type Attributes = Record<string, string | number | boolean>

export interface About {
  readonly kind: SpanKind
  readonly name: string
  readonly attributes?: Attributes
}

/** One step of a piece of work, with its times on the trace's clock. */
export interface Span {
  readonly trace: Trace
  readonly parent: Span | null
  readonly kind: SpanKind
  readonly name: string
  readonly startMs: number
  /** Null while it goes on. */
  endMs: number | null
  readonly attributes: Attributes
  /** The code of what it failed by. */
  failure: string | null
  /** Made when somebody outside is to know it. */
  id: string | null
}

/** All that one process does for one request, one attempt at a turn or one try at a job. */
export interface Trace {
  readonly traceId: string
  /** Where it hangs in a trace that began elsewhere. */
  readonly parent: TraceContext | null
  /** What it follows from without being a part of it. */
  readonly link: TraceContext | null
  readonly begunAt: Date
  readonly nowMs: () => number
  /** The whole first, then its steps as they began. */
  readonly spans: Span[]
  /** Steps past the bound, which only count. */
  leftOut: number
  isEnded: boolean
  /** It may be sent to a backend, so that programs that are called may hang theirs under it. */
  readonly isExported: boolean
}

/** A turn has some forty. Past this a loop is at work, and its steps say nothing new. */
const MOST_SPANS = 400

/** Begins a span of a trace; undefined when the trace is over or full. Parent null: the whole itself. */
export function openSpan(trace: Trace, parent: Span | null, about: About): Span | undefined {
  if (trace.isEnded) return undefined
  if (trace.spans.length >= MOST_SPANS) {
    trace.leftOut += 1
    return undefined
  }
  const span: Span = {
    trace,
    parent,
    kind: about.kind,
    name: about.name,
    startMs: trace.nowMs(),
    endMs: null,
    // A copy: one description may serve many steps, and each notes what is its own.
    attributes: { ...about.attributes },
    failure: null,
    id: null,
  }
  trace.spans.push(span)
  return span
}

/** Ends it once; `error` is what it failed by. */
export function endSpan(span: Span | undefined, error?: unknown): void {
  if (!span || span.endMs !== null) return
  if (error !== undefined) span.failure = failureCode(error)
  span.endMs = span.trace.nowMs()
}

/** Adds what is known only later. */
export function noteOn(span: Span | undefined, attributes: Attributes): void {
  if (span) Object.assign(span.attributes, attributes)
}

/** By which others know it: 16 hex digits. */
export function idOf(span: Span): string {
  span.id ??= createSpanId()
  return span.id
}

/** A code from a closed set if there is one, else the kind of error; never its words, which may quote what was said. */
function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  const code = 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[\w.-]{1,60}$/.test(code) ? code : error.name
}
