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
  const { next } = createFreshStarts(plan, key)
  return next
}

/** Beginnings of periods that want a class fresh, around an instant; null where there is none. Both throw outside of the plan. */
export interface FreshStarts {
  next(atMs: number): number | null
  /** At the instant or before it. One that began before the plan is not known. */
  last(atMs: number): number | null
}

export function createFreshStarts(plan: CalendarPlan, key: string): FreshStarts {
  const starts = readAsked(plan, key)
    .settings.filter(({ setting }) => setting.isFreshAtStart)
    .flatMap(({ planned }) => [...planned.boundaries].filter((_, index) => index % 2 === 0))
    // What was in force already where the looking begins has no beginning there.
    .filter((startMs) => startMs >= plan.fromMs && startMs < plan.toMs)
  const sorted = Float64Array.from(starts).toSorted()
  const passedAt = (atMs: number): number => {
    checkInPlan(plan, atMs)
    return countUpTo(sorted, atMs)
  }
  return {
    next: (atMs) => sorted[passedAt(atMs)] ?? null,
    last: (atMs) => sorted[passedAt(atMs) - 1] ?? null,
  }
}
