/** What is known of a trace when it has ended. */
export interface EndedTrace {
  /** 32 hex digits. */
  readonly traceId: string
  readonly hasFailed: boolean
  readonly isSlow: boolean
  /** Whoever began it elsewhere records it, and is known to us. */
  readonly isAskedFor: boolean
}

/** Most that a share of traces is told apart by. */
const PARTS = 2 ** 32

/**
 * Whether a trace that has ended is worth sending: always when something failed or took long, or when a known caller records
 * theirs; of all others a share. The id decides which, so that every process chooses the same ones.
 */
export function isKept(trace: EndedTrace, share: number): boolean {
  if (trace.hasFailed || trace.isSlow || trace.isAskedFor) return true
  return Number.parseInt(trace.traceId.slice(-8), 16) < share * PARTS
}
