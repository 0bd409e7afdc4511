import { planSpan } from '#domain/calendar/plan.ts'
import type { DaySpan } from '#domain/calendar/windows.ts'
import { addDays, type Day } from '#domain/day.ts'

/** Beyond the plan: rules look for business days around it, and a day passes before it is worked out anew. */
const MARGIN_DAYS = 500

/** The days for which events are worked out. */
export function spanAround(today: Day): DaySpan {
  const { fromDay, toDay } = planSpan(today)
  return { fromDay: addDays(fromDay, -MARGIN_DAYS), toDay: addDays(toDay, MARGIN_DAYS) }
}
