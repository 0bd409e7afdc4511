import type { CalendarNow, CalendarUpcoming } from '#contract/calendar.ts'
import { addDays, startOfDay } from './calendar-days.ts'

export type Period = CalendarNow['periods'][number]
export type PeriodWindow = CalendarUpcoming['windows'][number]

/** How a period is told from the others: a tint, and a line that tells it without colour. */
export interface Look {
  readonly tint: string
  readonly line: string
}

const TINTS = ['teal', 'amber', 'blue', 'rose', 'violet', 'slate']
const LINES = ['solid', 'dashed', 'double', 'dotted']

/** Neighbours differ in both, and twenty-four in a row in one of them. */
export function lookOf(place: number): Look {
  const line = LINES[(place + Math.floor(place / 12)) % LINES.length] ?? ''
  return { tint: TINTS[place % TINTS.length] ?? '', line }
}

/** The looks of all periods by their names, in the order in which they are told. */
export function looksOf(periods: readonly Period[]): ReadonlyMap<string, Look> {
  return new Map(periods.map(({ name }, place) => [name, lookOf(place)]))
}

/** Windows as far as they lie within a span of time. */
export function clipWindows(
  windows: readonly PeriodWindow[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly PeriodWindow[] {
  return windows.flatMap(({ period, startsAt, endsAt }) => {
    const startMs = Math.max(fromMs, Date.parse(startsAt))
    const endMs = Math.min(toMs, Date.parse(endsAt))
    if (startMs >= endMs) return []
    return [{ period, startsAt: new Date(startMs).toISOString(), endsAt: new Date(endMs).toISOString() }]
  })
}

/** One stretch of a period within a week; `left` and `width` are per cent of it. */
export interface Bar {
  readonly period: string
  readonly lane: number
  readonly left: number
  readonly width: number
  /** Wide enough for a word. */
  readonly isWide: boolean
}

export interface PlacedWeek {
  readonly bars: readonly Bar[]
  /** Of each day: the names of its periods, in their order. */
  readonly periods: readonly (readonly string[])[]
  /** Of each day: how many of them have no bar. */
  readonly hidden: readonly number[]
}

interface WeekNeeds {
  readonly days: readonly string[]
  readonly windows: readonly PeriodWindow[]
  /** Names of all periods, the most important first. */
  readonly order: readonly string[]
  readonly zone: string
  /** So many bars find room one below the other. */
  readonly lanes: number
}

/** From here on a bar has a word; in days. */
const WORD_DAYS = 0.5

/** Puts the windows of a week on its days: a period keeps to one lane, and shares it only with periods of other days. */
export function placeWeek({ days, windows, order, zone, lanes }: WeekNeeds): PlacedWeek {
  const edges = [...days, addDays(days.at(-1) ?? '', 1)].map((day) => startOfDay(zone, day))
  const stretches = windows.flatMap((window) => {
    const [from, to] = [window.startsAt, window.endsAt].map((at) => placeOf(Date.parse(at), edges))
    return from === undefined || to === undefined || to <= from ? [] : [{ period: window.period, from, to }]
  })
  const daysOf = (name: string): readonly number[] =>
    days.flatMap((_, day) =>
      stretches.some(({ period, from, to }) => period === name && from < day + 1 && to > day) ? [day] : [],
    )
  const laneOf = assignLanes(order, daysOf)
  const isDrawn = (name: string): boolean => (laneOf.get(name) ?? lanes) < lanes
  const periods = days.map((_, day) => order.filter((name) => daysOf(name).includes(day)))
  const per = 100 / days.length
  return {
    bars: stretches
      .filter(({ period }) => isDrawn(period))
      .map(({ period, from, to }) => ({
        period,
        lane: laneOf.get(period) ?? 0,
        left: from * per,
        width: (to - from) * per,
        isWide: to - from >= WORD_DAYS,
      })),
    periods,
    hidden: periods.map((names) => names.filter((name) => !isDrawn(name)).length),
  }
}

/** Where an instant stands among the beginnings of days, in days; held to the first and the last. */
function placeOf(ms: number, edges: readonly number[]): number {
  const day = edges.findLastIndex((edge) => edge <= ms)
  const [start, end] = [edges[day], edges[day + 1]]
  if (start === undefined) return 0
  return end === undefined ? edges.length - 1 : day + (ms - start) / (end - start)
}

function assignLanes(
  order: readonly string[],
  daysOf: (name: string) => readonly number[],
): ReadonlyMap<string, number> {
  const taken: Set<number>[] = []
  const lanes = new Map<string, number>()
  for (const name of order) {
    const days = daysOf(name)
    if (days.length === 0) continue
    const free = taken.findIndex((used) => days.every((day) => !used.has(day)))
    const lane = free < 0 ? taken.length : free
    taken[lane] = new Set([...(taken[lane] ?? []), ...days])
    lanes.set(name, lane)
  }
  return lanes
}
