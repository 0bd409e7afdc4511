import { readAsked } from './active-settings.ts'
import { countUpTo } from './boundaries.ts'
import { checkInPlan, type CalendarPlan } from './plan.ts'

/**
 * The next instant after this one, within the plan, at which a period begins that wants the class of a cache fresh: what is
 * stored now must not be given from then on, so it expires there at the latest. Null when none begins. `key` is that of its
 * `ttl`. Throws a RangeError outside of the plan.
 */
export function freshAt(plan: CalendarPlan, key: string, atMs: number): number | null {
  return createFreshAt(plan, key)(atMs)
}

/** The same for being asked often. */
export function createFreshAt(plan: CalendarPlan, key: string): (atMs: number) => number | null {
  const starts = readAsked(plan, key)
    .settings.filter(({ setting }) => setting.isFreshAtStart)
    .flatMap(({ planned }) => [...planned.boundaries].filter((_, index) => index % 2 === 0))
    .filter((startMs) => startMs < plan.toMs)
  const sorted = Float64Array.from(starts).toSorted()
  return (atMs) => {
    checkInPlan(plan, atMs)
    return sorted[countUpTo(sorted, atMs)] ?? null
  }
}
