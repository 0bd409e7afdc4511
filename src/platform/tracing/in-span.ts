import { currentCorrelation, withCorrelation } from '../log/correlation.ts'
import { endSpan, idOf, noteOn, openSpan, type About, type Attributes, type Span, type SpanKind } from './span.ts'
import { toCarrier, type TraceContext } from './trace-context.ts'

/**
 * Runs work as a step of the trace at hand; what it does in turn hangs under it. Outside of any trace the work runs as it is,
 * at no cost worth naming.
 */
export function inSpan<Result>(about: About, work: (span: Span | undefined) => Promise<Result>): Promise<Result> {
  const span = startSpan(about)
  return span ? runUnder(span, work) : work(undefined)
}

async function runUnder<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    const result = await withSpan(span, () => work(span))
    endSpan(span)
    return result
  } catch (error) {
    endSpan(span, error)
    throw error
  }
}

/** Notes something on the step at hand, for what is too quick to be a step of its own. */
export function noteHere(attributes: Attributes): void {
  const span = currentCorrelation()?.span
  if (span) noteOn(span, attributes)
}

/** Begins a step of the trace at hand, for work that no single promise stands for; whoever begins it ends it. */
export function startSpan(about: About): Span | undefined {
  const parent = currentCorrelation()?.span
  return parent && openSpan(parent.trace, parent, about)
}

/** Runs work under a step that was begun. */
export function withSpan<Result>(span: Span | undefined, work: () => Result): Result {
  const correlation = currentCorrelation()
  return span && correlation ? withCorrelation({ ...correlation, span }, work) : work()
}

/** Runs work that belongs to no single trace, or that would fill one, such as looking again and again. */
export function withoutSpan<Result>(work: () => Result): Result {
  const correlation = currentCorrelation()
  return correlation?.span ? withCorrelation({ ...correlation, span: undefined }, work) : work()
}

/** Notes a wait that is over, of so many milliseconds. */
export function noteWait(about: { readonly kind: SpanKind; readonly name: string }, waitedMs: number): void {
  const parent = currentCorrelation()?.span
  const span = parent && openSpan(parent.trace, parent, about)
  if (!span) return
  Object.assign(span, { startMs: span.startMs - waitedMs })
  endSpan(span)
}

/**
 * Where the work stands, for programs that are called: our own step when traces are sent somewhere, else what the caller told
 * us, unchanged. Undefined when nobody outside would find the trace.
 */
export function outgoingContext(): TraceContext | undefined {
  const correlation = currentCorrelation()
  const { span, remote } = correlation ?? {}
  if (!span?.trace.isExported) return remote
  const { traceId, parent } = span.trace
  const state = parent?.state
  return { traceId, spanId: idOf(span), isSampled: true, ...(state === undefined ? {} : { state }) }
}

/**
 * The same for work of our own that goes on later, in whichever process: whether it is recorded is decided there anew, so
 * that only the word of a caller outside is handed on.
 */
export function contextForLater(): TraceContext | undefined {
  const context = outgoingContext()
  const trace = currentCorrelation()?.span?.trace
  return context && trace?.isExported
    ? { ...context, isSampled: (trace.parent ?? trace.link)?.isSampled === true }
    : context
}

/** The same as headers or `_meta`: nothing when there is nothing to tell. */
export function outgoingCarrier(): { traceparent?: string; tracestate?: string } {
  const context = outgoingContext()
  return context ? toCarrier(context) : {}
}

/** A fetch that tells whom it calls where the work stands in its trace. */
export function traceFetch(send: typeof fetch): typeof fetch {
  return (input, init) => {
    const carrier = outgoingCarrier()
    if (carrier.traceparent === undefined) return send(input, init)
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    for (const [name, value] of Object.entries(carrier)) headers.set(name, value)
    return send(input, { ...init, headers })
  }
}
