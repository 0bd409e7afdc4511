import { addDays, type Day } from '../day.ts'
import { isListedHoliday, type HolidayList } from './holidays.ts'
import { weekdayOf, type Weekday } from './weekday.ts'

/** Which days a company works: a week, a list of holidays, and its own changes to that list. */
export interface BusinessCalendar {
  readonly name: string
  readonly base: HolidayList
  /** Holidays besides those of the list. */
  readonly added: ReadonlySet<Day>
  /** Holidays of the list that are none here. */
  readonly removed: ReadonlySet<Day>
  /** Never empty: a definition with no working day is refused. */
  readonly workWeek: ReadonlySet<Weekday>
  /** Of the periods that use this calendar and name no zone themselves. An IANA name. */
  readonly timeZone: string
}

/** For periods that name no calendar: Monday to Friday, no holidays. */
export const PLAIN_CALENDAR: BusinessCalendar = {
  name: 'plain',
  base: 'none',
  added: new Set(),
  removed: new Set(),
  workWeek: new Set(['mon', 'tue', 'wed', 'thu', 'fri']),
  timeZone: 'UTC',
}

/** Ends every search for a business day: even a list that closes a whole year has one beyond it, or is treated as having none. */
export const MOST_DAYS_CLOSED = 400

export function isHoliday(calendar: BusinessCalendar, day: Day): boolean {
  return calendar.added.has(day) || (isListedHoliday(calendar.base, day) && !calendar.removed.has(day))
}

export function isBusinessDay(calendar: BusinessCalendar, day: Day): boolean {
  return calendar.workWeek.has(weekdayOf(day)) && !isHoliday(calendar, day)
}

/** The first business day after this one; null when there is none within `MOST_DAYS_CLOSED` days. */
export function nextBusinessDay(calendar: BusinessCalendar, day: Day): Day | null {
  return walk(calendar, day, 1)
}

/** The last business day before this one; null when there is none within `MOST_DAYS_CLOSED` days. */
export function previousBusinessDay(calendar: BusinessCalendar, day: Day): Day | null {
  return walk(calendar, day, -1)
}

function walk(calendar: BusinessCalendar, day: Day, step: 1 | -1): Day | null {
  let candidate = addDays(day, step)
  for (let closed = 0; closed < MOST_DAYS_CLOSED; closed += 1) {
    if (isBusinessDay(calendar, candidate)) return candidate
    candidate = addDays(candidate, step)
  }
  return null
}
