import { addDays, type Day } from '../day.ts'
import { onOrAfter, onOrBefore, type Weekday } from './weekday.ts'

/** One holiday as a rule for every year. */
export interface HolidayRule {
  readonly name: string
  /** The first year in which it was kept; absent when that is before anything this is asked for. */
  readonly since?: number
  /** The day on which it is kept; null in a year without it. */
  readonly on: (year: number) => Day | null
}

/** `monthAndDay` is `MM-DD`. */
export function fixedDay(year: number, monthAndDay: string): Day {
  return `${String(year).padStart(4, '0')}-${monthAndDay}`
}

export function nthWeekdayOf(year: number, month: string, [weekday, nth]: readonly [Weekday, number]): Day {
  return addDays(onOrAfter(fixedDay(year, `${month}-01`), weekday), 7 * (nth - 1))
}

/** Of a month of 31 days. */
export function lastWeekdayOf(year: number, month: '05' | '08', weekday: Weekday): Day {
  return onOrBefore(fixedDay(year, `${month}-31`), weekday)
}

/** By the "anonymous" rule of the Gregorian calendar (Nature, 1876; Meeus, Astronomical Algorithms, chapter 8). */
export function easterSunday(year: number): Day {
  const lunar = year % 19
  const century = Math.floor(year / 100)
  const yearOfCentury = year % 100
  const moonShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * lunar + century - Math.floor(century / 4) - moonShift + 15) % 30
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7
  const lateMoon = Math.floor((lunar + 11 * epact + 22 * toSunday) / 451)
  // Days after 22 March.
  return addDays(fixedDay(year, '03-22'), epact + toSunday - 7 * lateMoon)
}
