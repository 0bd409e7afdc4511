import { compilePlan, planSpan, type CalendarDefinition, type CalendarPlan } from '#domain/calendar/plan.ts'
import type { Clock } from '#domain/clock.ts'
import { addDays, dayOf } from '#domain/day.ts'

/** The definition in force, worked out for the days around today. */
export interface DailyPlan {
  use(definition: CalendarDefinition): void
  isSet(): boolean
  /** Throws before the first `use`. */
  plan(): CalendarPlan
}

const DAY_MS = 86_400_000

export function createDailyPlan(clock: Clock): DailyPlan {
  let definition: CalendarDefinition | null = null
  let compiled: { readonly plan: CalendarPlan; readonly untilMs: number } | null = null
  return {
    use(next) {
      definition = next
      compiled = null
    },
    isSet: () => definition !== null,
    plan() {
      if (definition === null) throw new Error('The calendar is asked before it was read.')
      const now = clock.now()
      const nowMs = now.getTime()
      // Anew each day, long before it runs out; and when the clock went back.
      if (compiled === null || nowMs >= compiled.untilMs || nowMs < compiled.untilMs - DAY_MS) {
        const day = dayOf(now)
        compiled = { plan: compilePlan(definition, planSpan(day)), untilMs: Date.parse(addDays(day, 1)) }
      }
      return compiled.plan
    },
  }
}
