/** A calendar day without time or zone, `YYYY-MM-DD`. Compares as text. */
export type Day = string

const MS_PER_DAY = 86_400_000
/** From 0000-03-01. */
const DAYS_BEFORE_1970 = 719_468

/** True for a real day of the Gregorian calendar in the form `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** The day of an instant in UTC. */
export function dayOf(instant: Date): Day {
  return instant.toISOString().slice(0, 10)
}

export function addDays(day: Day, days: number): Day {
  return dayOf(new Date((ordinalOf(day) + days) * MS_PER_DAY))
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return ordinalOf(to) - ordinalOf(from)
}

/**
 * Days since 1970-01-01. Rules ask for it row by row, and parsing a date each time would be most of their cost. The sum is
 * Howard Hinnant's `days_from_civil`, with a year that begins in March so that the leap day is its last.
 */
function ordinalOf(day: Day): number {
  const month = Number(day.slice(5, 7))
  const year = Number(day.slice(0, 4)) - (month <= 2 ? 1 : 0)
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + Number(day.slice(8, 10)) - 1
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400)
  return year * 365 + leapDays + dayOfYear - DAYS_BEFORE_1970
}

/** The first day of the month that lies `months` away from the day's own. */
export function monthStart(day: Day, months = 0): Day {
  const date = new Date(`${day.slice(0, 7)}-01T00:00:00Z`)
  date.setUTCMonth(date.getUTCMonth() + months)
  return dayOf(date)
}

/** `2026-11-30 12:00 UTC`, of an instant. */
export function minuteText(at: Date | number | string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
