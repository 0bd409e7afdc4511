import { addDays, type Day } from '../day.ts'
import { easterSunday, fixedDay, lastWeekdayOf, nthWeekdayOf, type HolidayRule } from './holiday-rules.ts'
import { weekdayOf } from './weekday.ts'

/** Bank holidays that a proclamation moved within a year, by the year. */
const MOVED_EARLY_MAY: ReadonlyMap<number, Day> = new Map([
  [1995, '1995-05-08'],
  [2020, '2020-05-08'],
])
const MOVED_SPRING: ReadonlyMap<number, Day> = new Map([
  [2002, '2002-06-04'],
  [2012, '2012-06-04'],
  [2022, '2022-06-02'],
])

/** Kept once. The next one is proclaimed some months ahead: until this table knows it, a calendar's `add` says it. */
const ONE_OFFS: readonly (readonly [Day, string])[] = [
  ['1981-07-29', 'Royal wedding'],
  ['1999-12-31', 'Millennium celebrations'],
  ['2002-06-03', 'Golden Jubilee'],
  ['2011-04-29', 'Royal wedding'],
  ['2012-06-05', 'Diamond Jubilee'],
  ['2022-06-03', 'Platinum Jubilee'],
  ['2022-09-19', 'State Funeral of Queen Elizabeth II'],
  ['2023-05-08', 'Coronation of King Charles III'],
]

/** Bank holidays of England and Wales, on the days on which they are kept: a substitute stands for the day itself. */
export const UK_HOLIDAYS: readonly HolidayRule[] = [
  { name: "New Year's Day", on: (year) => weekendToMonday(fixedDay(year, '01-01')) },
  { name: 'Good Friday', on: (year) => addDays(easterSunday(year), -2) },
  { name: 'Easter Monday', on: (year) => addDays(easterSunday(year), 1) },
  { name: 'Early May', since: 1978, on: (year) => MOVED_EARLY_MAY.get(year) ?? nthWeekdayOf(year, '05', ['mon', 1]) },
  { name: 'Spring', on: (year) => MOVED_SPRING.get(year) ?? lastWeekdayOf(year, '05', 'mon') },
  { name: 'Summer', on: (year) => lastWeekdayOf(year, '08', 'mon') },
  { name: 'Christmas Day', on: (year) => weekendTwoDaysOn(fixedDay(year, '12-25')) },
  { name: 'Boxing Day', on: (year) => weekendTwoDaysOn(fixedDay(year, '12-26')) },
  ...ONE_OFFS.map(([day, name]) => ({ name, on: (year: number) => (day.startsWith(String(year)) ? day : null) })),
]

function weekendToMonday(day: Day): Day {
  const weekday = weekdayOf(day)
  if (weekday === 'sat') return addDays(day, 2)
  return weekday === 'sun' ? addDays(day, 1) : day
}

/** The two days of Christmas make way for each other, so that neither substitute falls on the other day. */
function weekendTwoDaysOn(day: Day): Day {
  return ['sat', 'sun'].includes(weekdayOf(day)) ? addDays(day, 2) : day
}
