import type { CacheClass } from '#domain/cache-policy/cache-class.ts'

/** What answers out of one tier spared, the stale ones among them. */
export interface Saved {
  /** Waiting, as the answers took when they were made. */
  savedMs: number
  /** Money, in micros of a dollar; only what makers named. */
  savedMicros: number
}

/** What the process's own tier did for one class since it began, and what it holds now. */
export interface MemoryLedger extends Saved {
  /** Answered while fresh. */
  hits: number
  entries: number
  bytes: number
  evictions: number
}

/** What Redis did for one class, as this process saw it. */
export interface SharedLedger extends Saved {
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
}

export function createLedger(cacheClass: CacheClass): Ledger {
  const l1 = { hits: 0, entries: 0, bytes: 0, evictions: 0, savedMs: 0, savedMicros: 0 }
  const l2 = { hits: 0, writes: 0, failures: 0, savedMs: 0, savedMicros: 0 }
  return { cacheClass, tiers: { l1, l2 }, stale: 0, joined: 0, misses: 0, failures: 0 }
}

/** What all tiers spared together. */
export function savedOf({
  tiers: { l1, l2 },
}: {
  readonly tiers: Readonly<Record<'l1' | 'l2', Readonly<Saved>>>
}): Saved {
  return { savedMs: l1.savedMs + l2.savedMs, savedMicros: l1.savedMicros + l2.savedMicros }
}
