/**
 * After the database was away, leases look expired although their owners live and renew as soon as they can. Nobody takes
 * over until one whole lease has passed since the first success; otherwise every process would take over every turn. What
 * nobody holds may be claimed at once.
 */
export interface OutageMemory {
  readonly isAway: boolean
  /** Monotonic; null when there was no outage yet. */
  readonly backSinceMs: number | null
}

/** Of a process that has known no outage; one that waited for the database to start begins with `afterFailure`. */
export const NO_OUTAGE: OutageMemory = { isAway: false, backSinceMs: null }

export function afterFailure(): OutageMemory {
  return { isAway: true, backSinceMs: null }
}

export function afterSuccess(memory: OutageMemory, monotonicMs: number): OutageMemory {
  return memory.isAway ? { isAway: false, backSinceMs: monotonicMs } : memory
}

/** Whether turns whose lease has run out may be claimed now. */
export function mayTakeOver(memory: OutageMemory, monotonicMs: number, leaseMs: number): boolean {
  if (memory.isAway) return false
  return memory.backSinceMs === null || monotonicMs - memory.backSinceMs >= leaseMs
}
