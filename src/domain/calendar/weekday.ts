import { addDays, daysBetween, type Day } from '../day.ts'

/** In the order of the week; the place of a name is used in arithmetic. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

const WHOLE_NAMES: Readonly<Record<Weekday, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
}
const SOME_MONDAY: Day = '1970-01-05'

/** `fri` as people say it: `Friday`. */
export function weekdayName(weekday: Weekday): string {
  return WHOLE_NAMES[weekday]
}

/** Short and whole names in lower case, each with the weekday that it means. */
export const WEEKDAY_WORDS: ReadonlyMap<string, Weekday> = new Map(
  WEEKDAYS.flatMap((weekday) => [
    [weekday, weekday],
    [WHOLE_NAMES[weekday].toLowerCase(), weekday],
  ]),
)

export function weekdayOf(day: Day): Weekday {
  return atPlace(daysBetween(SOME_MONDAY, day))
}

/** The weekdays from one to another, around the end of the week if need be: `sat` to `mon` are three. */
export function weekdaysBetween(from: Weekday, to: Weekday): readonly Weekday[] {
  const first = WEEKDAYS.indexOf(from)
  return Array.from({ length: stepsFrom(from, to) + 1 }, (_, step) => atPlace(first + step))
}

/** The first such weekday that is not before the day. */
export function onOrAfter(day: Day, weekday: Weekday): Day {
  return addDays(day, stepsFrom(weekdayOf(day), weekday))
}

/** The last such weekday that is not after the day. */
export function onOrBefore(day: Day, weekday: Weekday): Day {
  return addDays(day, -stepsFrom(weekday, weekdayOf(day)))
}

/** How many days a weekday comes after another, 0 to 6. */
function stepsFrom(from: Weekday, to: Weekday): number {
  return (WEEKDAYS.indexOf(to) - WEEKDAYS.indexOf(from) + 7) % 7
}

function atPlace(place: number): Weekday {
  return WEEKDAYS[((place % 7) + 7) % 7] ?? 'mon'
}
