/**
 * After the database was away, leases look expired although their owners live and renew as soon as they can. Nobody takes
 * over until one whole lease has passed since the first success; otherwise every process would take over every turn. What
 * nobody holds may be claimed at once. A database that hangs, and then answers all that it was sent, was away as well.
 */
export interface OutageMemory {
  readonly isAway: boolean
  /** Monotonic; null when there was no outage yet. */
  readonly backSinceMs: number | null
  /** For how long others may still be on their way back from it; a lease is waited for at the least. */
  readonly returnMs: number
  /** The last answer of the database; null before the first one. */
  readonly seen: Seen | null
}

/** When the database answered on its own clock, and when it was asked on the monotonic one. The two are never compared. */
interface Seen {
  readonly databaseMs: number
  readonly askedMs: number
}

export interface DatabaseAnswer {
  /** Monotonic, as the next. */
  readonly askedMs: number
  readonly monotonicMs: number
  /** On its own clock; null when it did not say. */
  readonly databaseMs: number | null
}

/** Of a process that has known no outage; one that waited for the database to start begins with `afterFailure`. */
export const NO_OUTAGE: OutageMemory = { isAway: false, backSinceMs: null, returnMs: 0, seen: null }

/**
 * Of a lease: whatever lasts longer is a hang. So little that those who were well when it began hold their leases beyond it: they had
 * renewed them a heartbeat ago.
 */
const HANG_SHARE = 0.4

export function afterFailure(): OutageMemory {
  return { isAway: true, backSinceMs: null, returnMs: 0, seen: null }
}

export function afterSuccess(memory: OutageMemory, monotonicMs: number): OutageMemory {
  return memory.isAway ? { isAway: false, backSinceMs: monotonicMs, returnMs: 0, seen: null } : memory
}

/**
 * After an answer to a claim or a renewal. One that came late, or before which the clock of the database leapt, tells of a hang,
 * as an error tells of an outage.
 */
export function afterAnswer(memory: OutageMemory, answer: DatabaseAnswer, leaseMs: number): OutageMemory {
  const { askedMs, monotonicMs, databaseMs } = answer
  const { seen: before } = memory
  const seen = databaseMs === null ? before : { databaseMs, askedMs }
  const back = { ...afterSuccess(memory, monotonicMs), seen }
  const tookMs = monotonicMs - askedMs
  const gapMs = before && seen ? seen.databaseMs - before.databaseMs : 0
  const leapMs = before ? gapMs - (monotonicMs - before.askedMs) : 0
  const hungMs = Math.max(tookMs, leapMs)
  if (memory.isAway || hungMs <= hangLimit(leaseMs)) return back
  // One that is slow all the time ends no lease, and must not put off takeovers for ever: the wait under way is enough.
  if (hungMs < leaseMs && !mayTakeOver(back, askedMs, leaseMs)) return back
  // A line that was dead lives again with the next repeat of a packet, and the pauses between those grow as long as it was dead. When
  // it was this process that stood still, the clock of the database has not moved on until the answer.
  return { ...back, backSinceMs: monotonicMs, returnMs: Math.min(tookMs, gapMs) }
}

/** Whether turns whose lease has run out may be claimed now. */
export function mayTakeOver(memory: OutageMemory, monotonicMs: number, leaseMs: number): boolean {
  if (memory.isAway) return false
  return memory.backSinceMs === null || monotonicMs - memory.backSinceMs >= Math.max(leaseMs, memory.returnMs)
}

/**
 * Only leases that have run out by then, on the database's clock, may be taken over by what is sent now: it may hang on its way, and
 * be done after all of them have run out. Null: none, since nothing is known of that clock.
 */
export function latestTakeOver(memory: OutageMemory, leaseMs: number): number | null {
  return memory.seen === null ? null : memory.seen.databaseMs + hangLimit(leaseMs)
}

function hangLimit(leaseMs: number): number {
  return leaseMs * HANG_SHARE
}
