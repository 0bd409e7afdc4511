import { join } from 'node:path'
import { createLookup } from '#domain/calendar/lookup.ts'
import { compilePlan, type CalendarPlan } from '#domain/calendar/plan.ts'
import { DEFAULT_SCALING } from '#domain/scaling/advise-replicas.ts'
import { listFloorWindows, type FloorWindow } from '#domain/scaling/floor-windows.ts'
import { createEventFiles } from '#features/calendar/ical/event-files.ts'
import { loadCalendar } from '#features/calendar/load-calendar.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const FROM = '2026-11-16'
export const DAYS = 30
/**
 * Open turns at noon of an ordinary working day: one and a half replicas' worth. The floors of the calendar that ships are in replicas, and fit
 * offices of this size only: what is compared is when scalers are there, not whether six replicas are enough for anybody.
 */
const NOON_TURNS = 1.5 * DEFAULT_SCALING.turnsPerReplica

/** What periods do to the load that is generated here: what people do then, not what the calendar was told of them. */
const RUSH: Readonly<Record<string, number>> = {
  'rent-due': 3.2,
  'late-fee-day': 1.6,
  'month-end-close': 1.8,
  payroll: 1.2,
}

/** A month of work: how much of it there is, and what the calendar that ships says ahead of it. */
export interface Month {
  readonly fromMs: number
  readonly toMs: number
  /** Turns that wait or are answered. */
  readonly turnsAt: (atMs: number) => number
  /** Replicas at least. */
  readonly floorAt: (atMs: number) => number
  /** The same as stretches above the least there are. */
  readonly windows: readonly FloorWindow[]
}

/** The same in each run. Worked out to the minute beforehand, as it is asked for often. */
export async function openMonth(): Promise<Month> {
  const shipped = join(import.meta.dirname, '../../calendars')
  const eventFiles = createEventFiles({ folder: shipped }, '2026-11-01')
  const file = { file: 'month.yaml', text: 'include: [default, rent-cycle]\n' }
  const loaded = await loadCalendar({ packs: shipped, eventFiles }, file)
  if ('faults' in loaded) throw new Error(loaded.faults[0]?.message)
  const plan = compilePlan(loaded.definition, { fromDay: '2026-11-01', toDay: '2027-01-10' })
  const fromMs = Date.parse(FROM)
  const toMs = fromMs + DAYS * DAY_MS
  const floorAt = createLookup(plan, 'scale.api.min', DEFAULT_SCALING.min)
  const rushes = rushesOf(plan)
  return {
    fromMs,
    toMs,
    floorAt: byTheMinute({ fromMs, toMs }, floorAt),
    turnsAt: byTheMinute({ fromMs, toMs }, (atMs) => turnsOf(atMs, rushes)),
    windows: listFloorWindows(floorAt, { ...DEFAULT_SCALING, fromMs, toMs }),
  }
}

function byTheMinute(
  { fromMs, toMs }: Pick<Month, 'fromMs' | 'toMs'>,
  valueAt: (atMs: number) => number,
): (atMs: number) => number {
  const values = Float64Array.from({ length: (toMs - fromMs) / MINUTE_MS }, (_, at) => valueAt(fromMs + at * MINUTE_MS))
  return (atMs) => values[Math.floor((atMs - fromMs) / MINUTE_MS)] ?? valueAt(atMs)
}

interface Rush {
  readonly boundaries: Float64Array | undefined
  readonly factor: number
}

function rushesOf(plan: CalendarPlan): readonly Rush[] {
  return Object.entries(RUSH).map(([name, factor]) => ({ boundaries: plan.byName.get(name)?.boundaries, factor }))
}

/**
 * Offices of New York: within ten minutes of nine all are at work, from five on they leave within an hour; weekends a tenth,
 * and the rushes on top; a little noise that is the same in each run.
 */
function turnsOf(atMs: number, rushes: readonly Rush[]): number {
  const local = new Date(atMs - 5 * 3_600_000)
  const hour = local.getUTCHours() + local.getUTCMinutes() / 60
  const isWeekend = local.getUTCDay() % 6 === 0
  const shape = Math.max(0.03, Math.min(1, (hour - 9) * 6, 18 - hour))
  const rush = rushes.reduce((most, one) => (isIn(one.boundaries, atMs) ? Math.max(most, one.factor) : most), 1)
  const noise = 1 + 0.1 * Math.sin(atMs / 437_000) * Math.sin(atMs / 91_000)
  return NOON_TURNS * shape * (isWeekend ? 0.1 : 1) * rush * noise
}

function isIn(boundaries: Float64Array | undefined, atMs: number): boolean {
  return boundaries !== undefined && boundaries.filter((boundary) => boundary <= atMs).length % 2 === 1
}
