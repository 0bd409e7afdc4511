import { isDay, type Day } from '../day.ts'
import type { BusinessCalendar } from './business-days.ts'
import { createFaultList, type Defined, type FaultList, type FieldSources, type Source } from './fault.ts'
import { HOLIDAY_LISTS, isHolidayList, isListedHoliday, type HolidayList } from './holidays.ts'
import { listWords, nearestWord } from './nearest-word.ts'
import { WEEKDAY_WORDS, weekdaysBetween, type Weekday } from './weekday.ts'
import { isTimeZone } from './zone.ts'

/** A calendar as an operator writes it. */
export interface WrittenCalendar {
  readonly name: string
  /** A list of holidays; without it there are none. */
  readonly base?: string | undefined
  /** Without it UTC. */
  readonly timezone?: string | undefined
  /** Holidays besides those of the list, `YYYY-MM-DD`. */
  readonly add?: readonly string[] | undefined
  /** Holidays of the list that are none here. */
  readonly remove?: readonly string[] | undefined
  /** `mon-fri` (what it is when absent), `sun-thu`, `mon-wed, fri`. */
  readonly week?: string | undefined
  readonly source: Source
  readonly fields?: FieldSources | undefined
}

export function defineBusinessCalendar(written: WrittenCalendar): Defined<BusinessCalendar> {
  const faults = createFaultList(written.source, ['calendars', written.name], written.fields)
  const base = readBase(written.base ?? 'none', faults)
  const added = readDays('add', written.add ?? [], faults)
  const removed = readDays('remove', written.remove ?? [], faults)
  for (const day of removed) {
    if (!isListedHoliday(base, day))
      faults.add('remove', `${day} is no holiday of \`${base}\`; there is nothing to remove.`)
    if (added.has(day)) faults.add('add', `${day} is both added and removed.`)
  }
  const workWeek = readWeek(written.week ?? 'mon-fri', faults)
  const timeZone = readTimeZone(written.timezone ?? 'UTC', faults)
  if (faults.all.length > 0) return { faults: faults.all }
  return { value: { name: written.name, base, added, removed, workWeek, timeZone } }
}

function readBase(text: string, faults: FaultList): HolidayList {
  if (isHolidayList(text)) return text
  const lists = Object.keys(HOLIDAY_LISTS)
  faults.add(
    'base',
    `There is no list of holidays \`${text}\`; there are ${listWords(lists)}.`,
    nearestWord(text, lists),
  )
  return 'none'
}

/** Days as they are written, without the faulty ones. */
export function readDays(field: string, texts: readonly string[], faults: FaultList): ReadonlySet<Day> {
  for (const text of texts) {
    if (!isDay(text)) faults.add(field, `\`${text}\` is no day of the calendar, or not written YYYY-MM-DD.`)
  }
  return new Set(texts.filter(isDay))
}

function readWeek(text: string, faults: FaultList): ReadonlySet<Weekday> {
  const parts = text
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (parts.length === 0) faults.add('week', 'A week without a working day has no business days; name at least one.')
  return new Set(parts.flatMap((part) => readWeekdays(part, faults)))
}

function readWeekdays(text: string, faults: FaultList): readonly Weekday[] {
  const names = text.split('-').map((name) => name.trim())
  const weekdays = names.map((name) => WEEKDAY_WORDS.get(name))
  const [from, to = from] = weekdays
  if (names.length <= 2 && from && to && !weekdays.includes(undefined)) return weekdaysBetween(from, to)
  const unknown = names.find((name) => !WEEKDAY_WORDS.has(name))
  const near = unknown === undefined ? null : nearestWord(unknown, WEEKDAY_WORDS.keys())
  faults.add('week', `\`${text}\` is no weekday nor a range of them such as \`mon-fri\`.`, near)
  return []
}

export function readTimeZone(text: string, faults: FaultList): string {
  if (isTimeZone(text)) return text
  const near = nearestWord(text, Intl.supportedValuesOf('timeZone'))
  faults.add('timezone', `\`${text}\` is no time zone this system knows; write it as in \`America/New_York\`.`, near)
  return 'UTC'
}
