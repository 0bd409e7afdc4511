import { parseTraceParent, TraceState } from '@opentelemetry/core'
import { z } from 'zod'

/** A place in a trace, as W3C Trace Context carries it from one program to another. */
export const TraceContext = z.strictObject({
  /** 32 hex digits, not all of them zero. */
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  /** 16 hex digits. */
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  /** Whoever wrote it records the trace. */
  isSampled: z.boolean(),
  /** What other vendors want handed on. */
  state: z.string().max(512).optional(),
})
export type TraceContext = z.infer<typeof TraceContext>

const SAMPLED = 1

/**
 * Reads where a trace comes from: from headers of HTTP or from `_meta` of MCP, which name it alike. Undefined without it, and
 * for what is no valid one: the trace then begins here. Baggage is never read: it could hold anything.
 */
export function readTraceContext(carrier: Readonly<Record<string, unknown>>): TraceContext | undefined {
  const { traceparent, tracestate } = carrier
  if (typeof traceparent !== 'string' || traceparent.length > 200) return undefined
  const parsed = parseTraceParent(traceparent)
  if (!parsed) return undefined
  const state = typeof tracestate === 'string' && tracestate.length <= 512 ? new TraceState(tracestate).serialize() : ''
  return {
    traceId: parsed.traceId,
    spanId: parsed.spanId,
    isSampled: (parsed.traceFlags & SAMPLED) === SAMPLED,
    ...(state === '' ? {} : { state }),
  }
}

/** The same as names and values for a request that leaves. */
export function toCarrier(context: TraceContext): { traceparent: string; tracestate?: string } {
  const flags = context.isSampled ? '01' : '00'
  const traceparent = `00-${context.traceId}-${context.spanId}-${flags}`
  return context.state === undefined ? { traceparent } : { traceparent, tracestate: context.state }
}

/** A correlation id that can be a trace id as well. */
export function isTraceId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id) && !/^0+$/.test(id)
}
