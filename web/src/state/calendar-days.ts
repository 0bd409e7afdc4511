/** Days and months as people count them in a time zone, across its changes of clock. A day is `YYYY-MM-DD`. */

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A month touches at most so many weeks. */
const WEEKS_SHOWN = 6

export interface LocalTime {
  readonly day: string
  /** `HH:MM`. */
  readonly time: string
}

/** The zone of whoever looks. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const form = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  const made = new Intl.DateTimeFormat('sv-SE', { ...form, hourCycle: 'h23', timeZone: zone })
  formats.set(zone, made)
  return made
}

/** What calendars and clocks of the zone show at an instant. */
export function localTimeAt(zone: string, ms: number): LocalTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? ''
  return { day: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` }
}

export function dayAt(zone: string, ms: number): string {
  return localTimeAt(zone, ms).day
}

/** The instant of a local time: the first of two, and for a time that is skipped as much later as clocks jump. */
export function instantOf(zone: string, { day, time }: LocalTime): number {
  const asUtc = Date.parse(`${day}T${time}:00Z`)
  const before = asUtc - offsetAt(zone, asUtc - DAY_MS)
  const after = asUtc - offsetAt(zone, asUtc + DAY_MS)
  const isShown = (ms: number): boolean => {
    const shown = localTimeAt(zone, ms)
    return shown.day === day && shown.time === time
  }
  return [before, after].toSorted((one, other) => one - other).find(isShown) ?? before
}

/** How far the zone's clocks are ahead of UTC, to the minute. */
function offsetAt(zone: string, ms: number): number {
  const { day, time } = localTimeAt(zone, ms)
  return Date.parse(`${day}T${time}:00Z`) - Math.floor(ms / 60_000) * 60_000
}

/** The first instant of a day: midnight, or later where clocks jump over it. */
export function startOfDay(zone: string, day: string): number {
  return instantOf(zone, { day, time: '00:00' })
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

/** `YYYY-MM` of a day. */
export function monthOf(day: string): string {
  return day.slice(0, 7)
}

export function addMonths(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7)
}

/** The weeks that a month touches, from Monday to Sunday; always six, so that nothing jumps from month to month. */
export function weeksOf(month: string): readonly (readonly string[])[] {
  const first = `${month}-01`
  const sinceMonday = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7
  return Array.from({ length: WEEKS_SHOWN }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => addDays(first, 7 * week + day - sinceMonday)),
  )
}

/** The same day of another month, or its last. */
export function sameDayIn(month: string, day: string): string {
  const wanted = `${month}-${day.slice(8)}`
  const last = addDays(`${addMonths(month, 1)}-01`, -1)
  return wanted < last ? wanted : last
}

/** How far the calendar is worked out around today, which for it is a day of UTC; a day less than it is. */
const REACH_BEFORE_DAYS = 89
const REACH_AFTER_DAYS = 399

/** What may be asked of the calendar: a span held to what it is worked out for; null when nothing of it is. */
export function reachable(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  nowMs: number,
): { readonly from: string; readonly days: number } | null {
  const reach = reachSpan(nowMs)
  const start = Math.max(fromMs, reach.fromMs)
  const end = Math.min(toMs, reach.toMs)
  if (end <= start) return null
  return { from: new Date(start).toISOString(), days: Math.ceil((end - start) / DAY_MS) }
}

/** All that may be asked of it; the same all day, so that what was asked is not asked again each moment. */
export function reachSpan(nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const today = Math.floor(nowMs / DAY_MS)
  return { fromMs: (today - REACH_BEFORE_DAYS) * DAY_MS, toMs: (today + REACH_AFTER_DAYS) * DAY_MS }
}

/** The first and the last whole day of that. */
export function reachOf(zone: string, nowMs: number): readonly [string, string] {
  const { fromMs, toMs } = reachSpan(nowMs)
  return [addDays(dayAt(zone, fromMs - 1), 1), addDays(dayAt(zone, toMs), -1)]
}

/** Whether an instant lies beyond that: what is said to end there goes on for who knows how long. */
export function isBeyondReach(ms: number, nowMs: number): boolean {
  const { fromMs, toMs } = reachSpan(nowMs)
  return ms < fromMs || ms >= toMs
}
