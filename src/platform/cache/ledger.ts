import type { CacheClass } from '#domain/cache-policy/cache-class.ts'

/** What the process's own tier did for one class since it began, and what it holds now. */
export interface MemoryLedger {
  /** Answered while fresh. */
  hits: number
  entries: number
  bytes: number
  evictions: number
}

/** What Redis did for one class, as this process saw it. */
export interface SharedLedger {
  /** Found there while fresh. */
  hits: number
  /** Put there. */
  writes: number
  /** Asked in vain: away, too late, full or refusing. */
  failures: number
}

/** What the cache did for one class since the process began. Plain counters: raising one allocates nothing. */
export interface Ledger {
  readonly cacheClass: CacheClass
  readonly tiers: { readonly l1: MemoryLedger; readonly l2: SharedLedger }
  /** Answered from a value past its freshness. */
  stale: number
  /** Waited for a making that somebody else had begun. */
  joined: number
  /** Made, or tried to make, for this request. */
  misses: number
  /** Makings that failed or took too long, also those in the background. */
  failures: number
  /** Waiting that was spared, as the answers took when they were made. */
  savedMs: number
  /** Money that was spared, in micros of a dollar; only what makers named. */
  savedMicros: number
}

export function createLedger(cacheClass: CacheClass): Ledger {
  const tiers = { l1: { hits: 0, entries: 0, bytes: 0, evictions: 0 }, l2: { hits: 0, writes: 0, failures: 0 } }
  return { cacheClass, tiers, stale: 0, joined: 0, misses: 0, failures: 0, savedMs: 0, savedMicros: 0 }
}
