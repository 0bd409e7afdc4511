/** Where an attempt stands, on the monotonic clock; null: not yet. */
export interface AttemptMarks {
  readonly claimedMs: number
  /** The model has begun to answer. */
  readonly startedMs: number | null
  readonly firstTokenMs: number | null
  /** A person is asked, or a server's tool is; the turn itself has nothing to do. */
  readonly isWaiting: boolean
}

/** `not-running`: claimed, and no model has begun. `no-first-token`: begun, and no word came. */
export type Stall = 'not-running' | 'no-first-token'
export const STALLS: readonly Stall[] = ['not-running', 'no-first-token']

/** Recall has its own limit of well under a second, so that what is slower than this hangs on something. */
export const NOT_RUNNING_MS = 10_000
/** Long models think this long before they speak, seldom longer; a turn as a whole has two minutes. */
export const NO_FIRST_TOKEN_MS = 30_000

/** What an attempt hangs on, if it does. */
export function stallOf(marks: AttemptMarks, nowMs: number): Stall | null {
  if (marks.isWaiting || marks.firstTokenMs !== null) return null
  if (marks.startedMs === null) return nowMs - marks.claimedMs >= NOT_RUNNING_MS ? 'not-running' : null
  return nowMs - marks.startedMs >= NO_FIRST_TOKEN_MS ? 'no-first-token' : null
}
