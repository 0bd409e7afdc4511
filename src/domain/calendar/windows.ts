import { addDays, type Day } from '../day.ts'
import { isBusinessDay } from './business-days.ts'
import { createDayTest, type DayTest } from './match-rule.ts'
import type { Period } from './period.ts'
import { MINUTES_PER_DAY } from './written-time.ts'
import { instantOf, instantOfWall } from './zone.ts'

/** From an instant up to, but without, another. */
export interface Window {
  readonly startMs: number
  readonly endMs: number
}

/** Local days, both included. */
export interface DaySpan {
  readonly fromDay: Day
  readonly toDay: Day
}

/**
 * When a period is in force because of its days within a span: in order, never touching or overlapping. A day on which the
 * clocks change is 23 or 25 hours long. Lead and tail are added to what the days make together, and may reach out of the span.
 */
export function windowsOf(period: Period, span: DaySpan): readonly Window[] {
  const ofDays = listDays(period, span)
    .map((day) => windowOfDay(period, day))
    .filter(({ startMs, endMs }) => startMs < endMs)
  const { leadMs, tailMs } = period
  const all = [...ofDays, ...listStretches(period, span)].toSorted((one, other) => one.startMs - other.startMs)
  return merge(all.map(({ startMs, endMs }) => ({ startMs: startMs - leadMs, endMs: endMs + tailMs })))
}

/** The stretches of a file of events that reach into the span. */
function listStretches({ days, timeZone }: Period, { fromDay, toDay }: DaySpan): readonly Window[] {
  if (!('events' in days)) return []
  const [fromMs, toMs] = [Date.parse(fromDay), Date.parse(addDays(toDay, 1))]
  return days.events.stretches
    .filter(({ startMs, endMs }) => endMs > fromMs && startMs < toMs)
    .map(({ startMs, endMs, isFloating }) =>
      isFloating
        ? { startMs: instantOfWall(timeZone, startMs), endMs: instantOfWall(timeZone, endMs) }
        : { startMs, endMs },
    )
    .filter(({ startMs, endMs }) => startMs < endMs)
}

function listDays(period: Period, { fromDay, toDay }: DaySpan): readonly Day[] {
  const test = testOf(period)
  const days: Day[] = []
  /** Days without business since the last day of the period, to be bridged; null once a business day came between. */
  let waiting: Day[] | null = null
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) {
    if (test(day)) {
      days.push(...(waiting ?? []), day)
      waiting = []
    } else if (period.isBridged && !isBusinessDay(period.calendar, day)) waiting?.push(day)
    else waiting = null
  }
  return days
}

function testOf({ days, calendar, fiscal }: Period): DayTest {
  return 'dates' in days ? (day) => days.dates.has(day) : createDayTest(days.rule, { calendar, fiscal })
}

function windowOfDay({ hours, timeZone }: Period, day: Day): Window {
  const [from, to] = hours ?? [0, MINUTES_PER_DAY]
  const endDay = to > from ? day : addDays(day, 1)
  return {
    startMs: instantOf(timeZone, { day, minutes: from }),
    endMs: instantOf(timeZone, { day: endDay, minutes: to }),
  }
}

/** Makes one of those that touch. They come in the order of their starts. */
function merge(windows: readonly Window[]): readonly Window[] {
  const merged: Window[] = []
  for (const window of windows) {
    const last = merged.at(-1)
    if (last && window.startMs <= last.endMs) {
      merged[merged.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, window.endMs) }
    } else merged.push(window)
  }
  return merged
}
