import type { CacheClass } from '#domain/cache-policy/cache-class.ts'
import type { CacheReport } from '#platform/cache/create-cache.ts'

/** What the cache did for one class in some span. */
export interface Counts {
  readonly l1Hits: number
  readonly l2Hits: number
  readonly stale: number
  readonly joined: number
  readonly misses: number
  readonly failures: number
  readonly evictions: number
  readonly savedMs: number
  readonly savedMicros: number
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
}

// Object.keys of a literal gives exactly its own names.
const NAMES = Object.keys(NO_COUNTS) as readonly (keyof Counts)[]

export type ClassCounts = ReadonlyMap<CacheClass, Counts>

/** What the process has counted since it began. */
export function countsOf(reports: readonly CacheReport[]): ClassCounts {
  return new Map(
    reports.map(({ ledger }) => {
      const { tiers, cacheClass, stale, joined, misses, failures, savedMs, savedMicros } = ledger
      const fresh = { l1Hits: tiers.l1.hits, l2Hits: tiers.l2.hits, evictions: tiers.l1.evictions }
      return [cacheClass, { ...fresh, stale, joined, misses, failures, savedMs, savedMicros }]
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
