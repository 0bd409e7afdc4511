import type { CacheClass, CacheTier } from '#domain/cache-policy/cache-class.ts'

/** What one tier did for one class since the process began, and what it holds now. */
export interface TierLedger {
  /** Answered while fresh. */
  hits: number
  entries: number
  bytes: number
  evictions: number
}

/** What the cache did for one class since the process began. Plain counters: raising one allocates nothing. */
export interface Ledger {
  readonly cacheClass: CacheClass
  readonly tiers: Record<CacheTier, TierLedger>
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
  const tier = (): TierLedger => ({ hits: 0, entries: 0, bytes: 0, evictions: 0 })
  const tiers = { l1: tier(), l2: tier() }
  return { cacheClass, tiers, stale: 0, joined: 0, misses: 0, failures: 0, savedMs: 0, savedMicros: 0 }
}
