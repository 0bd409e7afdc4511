import { addDays, type Day } from '../day.ts'
import { UK_HOLIDAYS } from './uk-holidays.ts'
import { easterSunday, fixedDay, lastWeekdayOf, nthWeekdayOf, type HolidayRule } from './holiday-rules.ts'
import { weekdayOf } from './weekday.ts'

/** A day on which the businesses of a list rest. */
export interface Holiday {
  readonly day: Day
  readonly name: string
}

/** The Federal Reserve Banks: a Sunday is kept on the Monday after, a Saturday is not moved. */
const US_FED_HOLIDAYS: readonly HolidayRule[] = [
  { name: "New Year's Day", on: (year) => sundayToMonday(fixedDay(year, '01-01')) },
  { name: 'Birthday of Martin Luther King, Jr.', since: 1986, on: (year) => nthWeekdayOf(year, '01', ['mon', 3]) },
  { name: "Washington's Birthday", on: (year) => nthWeekdayOf(year, '02', ['mon', 3]) },
  { name: 'Memorial Day', on: (year) => lastWeekdayOf(year, '05', 'mon') },
  { name: 'Juneteenth National Independence Day', since: 2021, on: (year) => sundayToMonday(fixedDay(year, '06-19')) },
  { name: 'Independence Day', on: (year) => sundayToMonday(fixedDay(year, '07-04')) },
  { name: 'Labor Day', on: (year) => nthWeekdayOf(year, '09', ['mon', 1]) },
  { name: 'Columbus Day', on: (year) => nthWeekdayOf(year, '10', ['mon', 2]) },
  { name: 'Veterans Day', on: (year) => sundayToMonday(fixedDay(year, '11-11')) },
  { name: 'Thanksgiving Day', on: (year) => nthWeekdayOf(year, '11', ['thu', 4]) },
  { name: 'Christmas Day', on: (year) => sundayToMonday(fixedDay(year, '12-25')) },
]

/** The closing days of TARGET, the euro's settlement system; those that fall on a weekend are not moved. */
const TARGET2_HOLIDAYS: readonly HolidayRule[] = [
  { name: "New Year's Day", on: (year) => fixedDay(year, '01-01') },
  { name: 'Good Friday', on: (year) => addDays(easterSunday(year), -2) },
  { name: 'Easter Monday', on: (year) => addDays(easterSunday(year), 1) },
  { name: 'Labour Day', on: (year) => fixedDay(year, '05-01') },
  { name: 'Christmas Day', on: (year) => fixedDay(year, '12-25') },
  { name: 'Christmas Holiday', on: (year) => fixedDay(year, '12-26') },
]

/** What a calendar may be based on. `us-fed` is right since 1978, `uk` likewise, `target2` since 2002. */
export const HOLIDAY_LISTS = {
  'us-fed': US_FED_HOLIDAYS,
  uk: UK_HOLIDAYS,
  target2: TARGET2_HOLIDAYS,
  none: [],
} as const satisfies Record<string, readonly HolidayRule[]>
export type HolidayList = keyof typeof HOLIDAY_LISTS

export function isHolidayList(name: string): name is HolidayList {
  return Object.hasOwn(HOLIDAY_LISTS, name)
}

/** The holidays of a list in a year, in order, on the days on which they are kept. */
export function holidaysOf(list: HolidayList, year: number): readonly Holiday[] {
  return HOLIDAY_LISTS[list]
    .flatMap(({ name, since = 0, on }: HolidayRule) => {
      const day = year < since ? null : on(year)
      return day === null ? [] : [{ day, name }]
    })
    .toSorted((one, other) => (one.day < other.day ? -1 : 1))
}

/** Years are asked again for every day of a plan. Four figures and four lists bound what is kept. */
const knownDays = new Map<string, ReadonlySet<Day>>()

export function isListedHoliday(list: HolidayList, day: Day): boolean {
  const key = `${list} ${day.slice(0, 4)}`
  const known = knownDays.get(key) ?? new Set(holidaysOf(list, Number(day.slice(0, 4))).map((holiday) => holiday.day))
  knownDays.set(key, known)
  return known.has(day)
}

function sundayToMonday(day: Day): Day {
  return weekdayOf(day) === 'sun' ? addDays(day, 1) : day
}
