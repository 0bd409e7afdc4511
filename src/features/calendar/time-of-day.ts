import { effective } from '#domain/calendar/effective.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import { parseTimeOfDay } from '#domain/calendar/written-time.ts'

/** Minutes after midnight of the clocks in an IANA zone. */
export interface LocalTime {
  readonly minutes: number
  readonly timeZone: string
}

/** The time of day that a key has at an instant, in the zone of the period whose word it is; null when no period sets one. */
export function timeOfDayAt(plan: CalendarPlan, key: string, atMs: number): LocalTime | null {
  const { value, steps } = effective(plan, { key, base: null }, atMs)
  const minutes = typeof value === 'string' ? parseTimeOfDay(value) : undefined
  if (minutes === undefined) return null
  const period = steps.find(({ isDecisive }) => isDecisive)?.period ?? null
  const timeZone = period === null ? undefined : plan.byName.get(period)?.period.timeZone
  return { minutes, timeZone: timeZone ?? 'UTC' }
}
