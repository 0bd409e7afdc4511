import type { Clock } from '#domain/clock.ts'
import { isKept } from '#domain/trace/keep-trace.ts'
import { createTraceId } from '../crypto/ids.ts'
import type { TraceExport } from './trace-export.ts'
import { openSpan, type About, type Span, type Trace } from './span.ts'
import type { TraceContext } from './trace-context.ts'

interface Root extends About {
  /** Where it hangs in a trace that began elsewhere. */
  readonly parent?: TraceContext | null
  /** A trace of its own that follows from what was done in another. */
  readonly link?: TraceContext | null
  /** Without a parent; made when neither is given. */
  readonly traceId?: string | undefined
}

interface RootEnd {
  readonly isSlow: boolean
  /** The word of its parent, or of what it follows from, that the trace is recorded may be taken: the caller is known. */
  readonly isCallerKnown: boolean
}

/** Records what pieces of work are made of. */
export interface Tracing {
  /** Traces are sent to a backend. Without it only turns are recorded, for those who asked. */
  readonly isExporting: boolean
  /** Begins a trace; undefined when nothing is recorded at all. */
  begin(root: Root): Span | undefined
  /** Ends the whole, and sends it if it is worth it. */
  end(root: Span, end: RootEnd): void
  /** Sends what waits to be sent, for two seconds at most. */
  close(): Promise<void>
}

interface TracingNeeds {
  readonly clock: Clock
  /** Where traces are sent; null: nowhere. */
  readonly exports?: TraceExport | null
  /** Of the traces that nothing is wrong with, from 0 to 1. */
  readonly share?: number
}

export function createTracing({ clock, exports = null, share = 1 }: TracingNeeds): Tracing {
  return {
    isExporting: exports !== null,
    begin(root) {
      const parent = root.parent ?? null
      const trace: Trace = {
        traceId: parent?.traceId ?? root.traceId ?? createTraceId(),
        parent,
        link: root.link ?? null,
        begunAt: clock.now(),
        nowMs: clock.monotonicMs,
        spans: [],
        leftOut: 0,
        isEnded: false,
        isExported: exports !== null,
      }
      return openSpan(trace, null, root)
    },
    end(root, { isSlow, isCallerKnown }) {
      const { trace } = root
      if (trace.isEnded) return
      trace.isEnded = true
      const endMs = trace.nowMs()
      // What goes on beyond the whole is cut off here.
      for (const span of trace.spans) span.endMs ??= endMs
      const hasFailed = trace.spans.some(({ failure }) => failure !== null)
      const isAskedFor = isCallerKnown && (trace.parent ?? trace.link)?.isSampled === true
      if (exports && isKept({ traceId: trace.traceId, hasFailed, isSlow, isAskedFor }, share)) exports.take(trace)
    },
    close: async () => exports?.close(),
  }
}

/** Records nothing at all: what the others are measured against. */
export const NO_TRACING: Tracing = {
  isExporting: false,
  begin: () => undefined,
  end: () => undefined,
  close: () => Promise.resolve(),
}
