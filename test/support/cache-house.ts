import assert from 'node:assert/strict'
import pino from 'pino'
import type { Season, SeasonOf } from '#domain/cache-policy/expiry.ts'
import { CACHE_POLICIES, type CachePolicy } from '#domain/cache-policy/policy.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import type { Maker } from '#platform/cache/flight.ts'
import { NOTHING } from '#platform/cache/keeper.ts'
import { createSteppedClock } from './stepped-clock.ts'

/** Fresh for 10 s, stale for 10 more, a stand-in for 80 more; no jitter and no early renewal unless a test wants them. */
export const HOUSE_POLICY: CachePolicy = {
  softMs: 10_000,
  hardMs: 20_000,
  staleIfErrorMs: 80_000,
  negativeMs: 1000,
  jitter: 0,
  softFactoryMs: 200,
  hardFactoryMs: 2000,
  pauseAfterErrorMs: 1000,
  maxBytes: 10_000,
  maxEntryBytes: 2000,
  eviction: 'sieve-by-cost',
  tiers: ['l1'],
}

/** A season that asks for nothing. */
export const PLAIN: Season = { ttlFactor: 1, staleFactor: 1, freshAtMs: null, freshSinceMs: null }

/** What is older than that instant may not answer from it on. */
export function seasonFrom(startMs: () => number): SeasonOf {
  return (_cacheClass, atMs) =>
    atMs < startMs() ? { ...PLAIN, freshAtMs: startMs() } : { ...PLAIN, freshSinceMs: startMs() }
}

interface Opening {
  readonly policy?: Partial<CachePolicy>
  readonly seasonOf?: SeasonOf
  readonly random?: () => number
}

/** A cache on a clock that moves only when told, with one space whose makings are counted. */
export function openCacheHouse({ policy = {}, seasonOf, random = () => 0 }: Opening = {}) {
  const clock = createSteppedClock()
  const directory = { ...HOUSE_POLICY, ...policy }
  const cache = createCache({
    clock,
    log: pino({ level: 'silent' }),
    random,
    policies: { ...CACHE_POLICIES, directory },
    ...(seasonOf ? { seasonOf } : {}),
  })
  const space = cache.space<string | typeof NOTHING>('directory', 'test')
  let calls = 0
  /** Counts, and answers v1, v2 and so on. */
  const make: Maker<string> = async () => {
    calls += 1
    return `v${calls}`
  }
  const ask = async (how: Maker<string | typeof NOTHING> = make, owner = 'ann') =>
    space.getOrSet('k', { owner, tags: ['t'] }, how)
  const ledger = () => {
    const [report] = cache.ledgers()
    assert.ok(report)
    return report.ledger
  }
  return { clock, cache, space, make, ask, ledger, calls: () => calls }
}
