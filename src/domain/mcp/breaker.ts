/** A breaker per server, moved by calls of people and colleagues, not by probes. Milliseconds. */
export interface Breaker {
  readonly failures: number
  /** Null while closed. */
  readonly openUntilMs: number | null
  readonly pauseMs: number
  /** One call is on its way to see whether the server is well again. */
  readonly isTrying: boolean
}

const FAILURES_TO_OPEN = 5
const FIRST_PAUSE_MS = 5000
const MOST_PAUSE_MS = 120_000

export const CLOSED: Breaker = { failures: 0, openUntilMs: null, pauseMs: FIRST_PAUSE_MS, isTrying: false }

export function breakerState({ openUntilMs }: Breaker, nowMs: number): 'closed' | 'open' | 'half_open' {
  if (openUntilMs === null) return 'closed'
  return nowMs < openUntilMs ? 'open' : 'half_open'
}

/** Whether a call may go out now; half open, one alone may. */
export function admits(breaker: Breaker, nowMs: number): boolean {
  const state = breakerState(breaker, nowMs)
  return state === 'closed' || (state === 'half_open' && !breaker.isTrying)
}

/** A call goes out. */
export function onCall(breaker: Breaker, nowMs: number): Breaker {
  return breakerState(breaker, nowMs) === 'half_open' ? { ...breaker, isTrying: true } : breaker
}

/** A call came back; `hasFailed` says that the server failed, not that the tool said no. */
export function onOutcome(breaker: Breaker, { hasFailed, nowMs }: { hasFailed: boolean; nowMs: number }): Breaker {
  if (!hasFailed) return CLOSED
  const failures = breaker.failures + 1
  const isOpening = breaker.openUntilMs !== null || failures >= FAILURES_TO_OPEN
  if (!isOpening) return { ...breaker, failures, isTrying: false }
  return {
    failures,
    openUntilMs: nowMs + breaker.pauseMs,
    pauseMs: Math.min(MOST_PAUSE_MS, breaker.pauseMs * 2),
    isTrying: false,
  }
}
