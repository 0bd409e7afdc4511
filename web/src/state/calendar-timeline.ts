import type { Period, PeriodWindow } from './calendar-bars.ts'
import { addDays, dayAt, startOfDay } from './calendar-days.ts'

/** `left` and `width` are per cent of the whole line. */
export interface Stretch {
  readonly left: number
  readonly width: number
}

export interface TimelineRow {
  readonly period: Period
  readonly stretches: readonly Stretch[]
  /** The one that is in force or comes next; null when none does within the line. */
  readonly next: PeriodWindow | null
}

export interface Tick {
  readonly day: string
  readonly left: number
  readonly isWeekStart: boolean
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** A line of whole days from the one of an instant on. */
export function timelineSpan(zone: string, nowMs: number, days: number): Span {
  const today = dayAt(zone, nowMs)
  return { fromMs: startOfDay(zone, today), toMs: startOfDay(zone, addDays(today, days)) }
}

/** Where the windows of each period lie on the line; periods keep their order. */
export function timelineRows(
  periods: readonly Period[],
  windows: readonly PeriodWindow[],
  { span, nowMs }: { readonly span: Span; readonly nowMs: number },
): readonly TimelineRow[] {
  return periods.map((period) => {
    const own = windows
      .filter((window) => window.period === period.name)
      .toSorted((one, other) => Date.parse(one.startsAt) - Date.parse(other.startsAt))
    return {
      period,
      stretches: own.flatMap(({ startsAt, endsAt }) => {
        const left = shareOf(span, Date.parse(startsAt))
        const width = shareOf(span, Date.parse(endsAt)) - left
        return width > 0 ? [{ left, width }] : []
      }),
      next: own.find(({ startsAt, endsAt }) => Date.parse(endsAt) > nowMs && Date.parse(startsAt) < span.toMs) ?? null,
    }
  })
}

/** The beginning of each day. */
export function ticksOf(zone: string, span: Span): readonly Tick[] {
  const ticks: Tick[] = []
  for (let day = dayAt(zone, span.fromMs); startOfDay(zone, day) < span.toMs; day = addDays(day, 1)) {
    const isWeekStart = new Date(`${day}T00:00:00Z`).getUTCDay() === 1
    ticks.push({ day, left: shareOf(span, startOfDay(zone, day)), isWeekStart })
  }
  return ticks
}

/** Where an instant stands on the line, in per cent, held to its ends. */
export function shareOf({ fromMs, toMs }: Span, ms: number): number {
  return Math.min(100, Math.max(0, (100 * (ms - fromMs)) / (toMs - fromMs)))
}
