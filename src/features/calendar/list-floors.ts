import { effective } from '#domain/calendar/effective.ts'
import { createLookup } from '#domain/calendar/lookup.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import { listFloorWindows, type FloorWindow } from '#domain/scaling/floor-windows.ts'
import type { ScalingRules } from '#domain/scaling/advise-replicas.ts'
import { FLOOR_KEY } from './known-bases.ts'
import { readInstant } from './present-calendar.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** A stretch of the floor ahead, and by whose word. */
export interface Floor extends FloorWindow {
  readonly says: string
}

/** Where the calendar asks for more replicas within so many days, as far as that is worked out. Throws INVALID_INPUT outside. */
export function listFloors(
  plan: CalendarPlan,
  { min, max }: ScalingRules,
  { from, days }: { readonly from: Date; readonly days: number },
): readonly Floor[] {
  const fromMs = Math.floor(readInstant(plan, from) / MINUTE_MS) * MINUTE_MS
  const toMs = Math.min(plan.toMs, fromMs + days * DAY_MS)
  const floorAt = createLookup(plan, FLOOR_KEY, min)
  return listFloorWindows(floorAt, { fromMs, toMs, min, max }).map((window) => ({
    ...window,
    says: saysAt(plan, window.startMs, min),
  }))
}

function saysAt(plan: CalendarPlan, atMs: number, base: number): string {
  const { steps } = effective(plan, { key: FLOOR_KEY, base }, atMs)
  return steps
    .filter(({ isDecisive }) => isDecisive)
    .map(({ label, says }) => `${label} says ${says}`)
    .join(', ')
}
