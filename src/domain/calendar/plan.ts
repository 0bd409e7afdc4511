import { addDays, type Day } from '../day.ts'
import { isInside, toBoundaries } from './boundaries.ts'
import { MOST_AROUND_DAYS, type Period } from './period.ts'
import { planPolicy, type PlannedPeriod, type PlannedPolicy } from './planned-policy.ts'
import type { Policy } from './policy.ts'
import { windowsOf, type DaySpan } from './windows.ts'

/** What an operator's calendar file says, once it was read without a fault. */
export interface CalendarDefinition {
  /** No two of the same name. */
  readonly periods: readonly Period[]
  readonly policies: readonly Policy[]
}

/** A definition worked out for a span of days, so that asking it costs next to nothing. */
export interface CalendarPlan {
  /** From the first midnight of the span, in UTC, up to and without the one that ends it. */
  readonly fromMs: number
  readonly toMs: number
  /** Highest priority first; of the same, as they are written. */
  readonly periods: readonly PlannedPeriod[]
  readonly byName: ReadonlyMap<string, PlannedPeriod>
  /** As they are written. */
  readonly policies: readonly PlannedPolicy[]
}

/** A period begins or ends. */
export interface PeriodEdge {
  readonly atMs: number
  readonly period: Period
  readonly isStart: boolean
}

const DAYS_BEFORE = 90
const DAYS_AFTER = 400
/** So that a lead, a tail or a ramp that reaches into the span from outside is whole; a day more for the zones. */
const MARGIN_DAYS = 2 * MOST_AROUND_DAYS + 2

/** The days a plan should be compiled for: anew each day, long before it runs out. */
export function planSpan(today: Day): DaySpan {
  return { fromDay: addDays(today, -DAYS_BEFORE), toDay: addDays(today, DAYS_AFTER) }
}

/** Works a definition out. Some milliseconds for each period; nothing else of a plan costs as much. */
export function compilePlan(definition: CalendarDefinition, { fromDay, toDay }: DaySpan): CalendarPlan {
  const around = { fromDay: addDays(fromDay, -MARGIN_DAYS), toDay: addDays(toDay, MARGIN_DAYS) }
  const periods = definition.periods
    .map((period) => ({ period, boundaries: toBoundaries(windowsOf(period, around)) }))
    .toSorted((one, other) => other.period.priority - one.period.priority)
  const extent = { startMs: Date.parse(around.fromDay), endMs: Date.parse(around.toDay) }
  return {
    fromMs: Date.parse(fromDay),
    toMs: Date.parse(addDays(toDay, 1)),
    periods,
    byName: new Map(periods.map((planned) => [planned.period.name, planned])),
    policies: definition.policies.map((policy) => planPolicy(policy, periods, extent)),
  }
}

/** The periods in force at an instant, highest priority first. Throws a RangeError outside of the plan. */
export function activePeriods(plan: CalendarPlan, atMs: number): readonly Period[] {
  checkInPlan(plan, atMs)
  return plan.periods.filter(({ boundaries }) => isInside(boundaries, atMs)).map(({ period }) => period)
}

/** Whether a period is in force. Throws a RangeError outside of the plan and for a name that it does not know. */
export function isActive(plan: CalendarPlan, name: string, atMs: number): boolean {
  const planned = plan.byName.get(name)
  if (!planned) throw new RangeError(`The calendar has no period ${name}.`)
  checkInPlan(plan, atMs)
  return isInside(planned.boundaries, atMs)
}

/**
 * Starts and ends from an instant on and before another, in order; at the same instant ends come first, then higher
 * priorities. Throws a RangeError when one of the two lies outside of the plan.
 */
export function upcoming(plan: CalendarPlan, fromMs: number, toMs: number): readonly PeriodEdge[] {
  checkInPlan(plan, fromMs)
  if (toMs !== plan.toMs) checkInPlan(plan, toMs)
  return plan.periods
    .flatMap(({ period, boundaries }) =>
      Array.from(boundaries, (atMs, index) => ({ atMs, period, isStart: index % 2 === 0 })),
    )
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .toSorted((one, other) => one.atMs - other.atMs || Number(one.isStart) - Number(other.isStart))
}

/** A plan knows nothing of what lies outside its days, and does not guess. */
export function checkInPlan(plan: CalendarPlan, atMs: number): void {
  if (atMs >= plan.fromMs && atMs < plan.toMs) return
  const [from, to] = [plan.fromMs, plan.toMs].map((ms) => new Date(ms).toISOString().slice(0, 10))
  const asked = Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : String(atMs)
  throw new RangeError(`The calendar is worked out from ${from} up to ${to}; ${asked} lies outside. Compile it anew.`)
}
