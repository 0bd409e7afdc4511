import type { CacheClass } from '#domain/cache-policy/cache-class.ts'
import type { CacheReport } from '#platform/cache/create-cache.ts'
import { savedOf } from '#platform/cache/ledger.ts'

/** What the cache did for one class in some span. */
export interface Counts {
  readonly l1Hits: number
  readonly l2Hits: number
  readonly stale: number
  readonly joined: number
  readonly misses: number
  readonly failures: number
  readonly evictions: number
  /** By all tiers together. */
  readonly savedMs: number
  readonly savedMicros: number
  /** What each tier spared of it; nothing of what a version counted that did not tell them apart. */
  readonly l1SavedMs: number
  readonly l1SavedMicros: number
  readonly l2SavedMs: number
  readonly l2SavedMicros: number
}

export const NO_COUNTS: Counts = {
  l1Hits: 0,
  l2Hits: 0,
  stale: 0,
  joined: 0,
  misses: 0,
  failures: 0,
  evictions: 0,
  savedMs: 0,
  savedMicros: 0,
  l1SavedMs: 0,
  l1SavedMicros: 0,
  l2SavedMs: 0,
  l2SavedMicros: 0,
}

// Object.keys of a literal gives exactly its own names.
const NAMES = Object.keys(NO_COUNTS) as readonly (keyof Counts)[]

export type ClassCounts = ReadonlyMap<CacheClass, Counts>

/** What the process has counted since it began. */
export function countsOf(reports: readonly CacheReport[]): ClassCounts {
  return new Map(
    reports.map(({ ledger }) => {
      const { tiers, cacheClass, stale, joined, misses, failures } = ledger
      const { l1, l2 } = tiers
      const fresh = { l1Hits: l1.hits, l2Hits: l2.hits, evictions: l1.evictions }
      const ofMemory = { l1SavedMs: l1.savedMs, l1SavedMicros: l1.savedMicros }
      const ofRedis = { l2SavedMs: l2.savedMs, l2SavedMicros: l2.savedMicros }
      return [cacheClass, { ...fresh, stale, joined, misses, failures, ...savedOf(ledger), ...ofMemory, ...ofRedis }]
    }),
  )
}

function combine(one: Counts, other: Counts, by: (a: number, b: number) => number): Counts {
  const pairs = NAMES.map((name) => [name, by(one[name], other[name])] as const)
  return { ...NO_COUNTS, ...Object.fromEntries(pairs) }
}

export function addCounts(one: Counts, other: Counts): Counts {
  return combine(one, other, (a, b) => a + b)
}

/** What came since: classes in which nothing did are left out. */
export function since(now: ClassCounts, before: ClassCounts): ClassCounts {
  const grown = [...now].map(([name, counts]) => {
    const delta = combine(counts, before.get(name) ?? NO_COUNTS, (a, b) => a - b)
    return [name, delta] as const
  })
  return new Map(grown.filter(([, counts]) => NAMES.some((name) => counts[name] !== 0)))
}
