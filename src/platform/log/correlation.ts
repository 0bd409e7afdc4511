import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from '../tracing/span.ts'
import type { TraceContext } from '../tracing/trace-context.ts'

/** What one piece of work carries through every room without being passed on: ids for the log and for SQL, and its trace. */
export interface Correlation {
  readonly correlationId: string
  readonly turnId?: string
  /** The step of a trace that the work is part of. */
  readonly span?: Span | undefined
  /** Where its trace began outside. */
  readonly remote?: TraceContext | undefined
}

const storage = new AsyncLocalStorage<Correlation>()

/** Runs `work` and all it starts under these ids. */
export function withCorrelation<Result>(correlation: Correlation, work: () => Result): Result {
  return storage.run(correlation, work)
}

export function currentCorrelation(): Correlation | undefined {
  return storage.getStore()
}

/** A caller's own id is taken when it is short and plain; anything else could forge log lines. */
export function saneCorrelationId(given: unknown): string | undefined {
  return typeof given === 'string' && /^[\w.:-]{8,100}$/.test(given) ? given : undefined
}
