import { createFreshStarts, type FreshStarts } from '#domain/calendar/fresh-at.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import type { CacheClass } from '#domain/cache-policy/cache-class.ts'
import type { SeasonOf } from '#domain/cache-policy/expiry.ts'
import { CACHE_POLICIES } from '#domain/cache-policy/policy.ts'

interface SeasonNeeds {
  readonly plan: () => CalendarPlan
  /** A number as the calendar has it now. */
  readonly number: (key: string, base: number) => number
}

/** What the calendar asks of lifetimes in the cache, for the instant at which a value is made. */
export function createSeasonOf({ plan, number }: SeasonNeeds): SeasonOf {
  let known: CalendarPlan | null = null
  const starts = new Map<CacheClass, FreshStarts>()
  const startsOf = (cacheClass: CacheClass): FreshStarts => {
    const current = plan()
    if (current !== known) starts.clear()
    known = current
    const made = starts.get(cacheClass) ?? createFreshStarts(current, `cache.${cacheClass}.ttl`)
    starts.set(cacheClass, made)
    return made
  }
  return (cacheClass, atMs) => {
    const { softMs, hardMs } = CACHE_POLICIES[cacheClass]
    // What has no stale time gets none, whatever the factor.
    const staleMs = Math.max(1, hardMs - softMs)
    const { next, last } = startsOf(cacheClass)
    return {
      ttlFactor: number(`cache.${cacheClass}.ttl`, softMs) / softMs,
      staleFactor: number(`cache.${cacheClass}.stale`, staleMs) / staleMs,
      freshAtMs: next(atMs),
      freshSinceMs: last(atMs),
    }
  }
}
