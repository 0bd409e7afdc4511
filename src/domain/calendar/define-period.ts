import type { Day } from '../day.ts'
import { PLAIN_CALENDAR, type BusinessCalendar } from './business-days.ts'
import { readDays, readTimeZone } from './define-business-calendar.ts'
import { readFiscal, type WrittenFiscal } from './define-fiscal.ts'
import { createFaultList, type Defined, type FaultList, type FieldSources, type Source } from './fault.ts'
import { COMMON_YEAR } from './fiscal.ts'
import { listWords, nearestWord } from './nearest-word.ts'
import { parseRule } from './parse-rule.ts'
import type { PeriodEvents } from './period-events.ts'
import { MOST_AROUND_DAYS, type Period } from './period.ts'
import { parseDuration, parseTimeOfDay } from './written-time.ts'

/** A period as an operator writes it; one of `when`, `dates` and a file of events. */
export interface WrittenPeriod {
  readonly name: string
  readonly label?: string | undefined
  /** A rule, as `parseRule` reads it. */
  readonly when?: string | undefined
  /** Single days, `YYYY-MM-DD`. */
  readonly dates?: readonly string[] | undefined
  /** What its file of events gives. */
  readonly events?: PeriodEvents | undefined
  /** The name of a calendar; without it Monday to Friday without holidays. */
  readonly calendar?: string | undefined
  /** Without it that of the calendar. */
  readonly timezone?: string | undefined
  readonly fiscal?: WrittenFiscal | undefined
  /** Two times of day, `06:00` and `20:00`. */
  readonly hours?: readonly string[] | undefined
  /** Durations such as `4h`. */
  readonly lead?: string | undefined
  readonly tail?: string | undefined
  readonly ramp?: string | undefined
  readonly bridge?: boolean | undefined
  readonly priority?: number | undefined
  readonly source: Source
  readonly fields?: FieldSources | undefined
}

const DAY_MS = 86_400_000
const MOST_PRIORITY = 1000
const NAME = /^[a-z][a-z0-9-]{0,63}$/
/** They join names where policies say which periods they are about. */
const JOINING = new Set(['and', 'or', 'not'])

export function definePeriod(
  written: WrittenPeriod,
  calendars: ReadonlyMap<string, BusinessCalendar>,
): Defined<Period> {
  const faults = createFaultList(written.source, ['periods', written.name], written.fields)
  const { name } = written
  if (!NAME.test(name) || JOINING.has(name)) {
    faults.add(
      'name',
      `\`${name}\` is no name for a period: small letters, figures and hyphens, a letter first, not and, or, not.`,
    )
  }
  const calendar = readCalendar(written.calendar, { calendars, faults })
  const period: Period = {
    name,
    label: written.label ?? name,
    days: readMembers(written, faults),
    calendar,
    timeZone: written.timezone === undefined ? calendar.timeZone : readTimeZone(written.timezone, faults),
    fiscal: written.fiscal === undefined ? COMMON_YEAR : readFiscal(written.fiscal, faults),
    hours: written.hours === undefined ? null : readHours(written.hours, faults),
    leadMs: readAround('lead', written.lead, faults),
    tailMs: readAround('tail', written.tail, faults),
    rampMs: readAround('ramp', written.ramp, faults),
    isBridged: written.bridge ?? false,
    priority: readPriority(written.priority ?? 0, faults),
    source: written.source,
  }
  return faults.all.length > 0 ? { faults: faults.all } : { value: period }
}

function readCalendar(
  name: string | undefined,
  { calendars, faults }: { readonly calendars: ReadonlyMap<string, BusinessCalendar>; readonly faults: FaultList },
): BusinessCalendar {
  if (name === undefined) return PLAIN_CALENDAR
  const known = calendars.get(name)
  if (known) return known
  const names = [...calendars.keys()]
  const there = names.length === 0 ? 'none is defined' : `there are ${listWords(names)}`
  faults.add('calendar', `There is no calendar \`${name}\`; ${there}.`, nearestWord(name, names))
  return PLAIN_CALENDAR
}

function readMembers({ when, dates, events }: WrittenPeriod, faults: FaultList): Period['days'] {
  const nothing = { dates: new Set<Day>() }
  if (events !== undefined) {
    if (when !== undefined || dates !== undefined)
      faults.add('ical', 'Beside `ical` there is no `when` and no `dates`.')
    return { dates: new Set(events.days), events }
  }
  if (when !== undefined && dates !== undefined) faults.add('dates', 'Say either `when` or `dates`, not both.')
  else if (when === undefined && dates === undefined) {
    faults.add('when', 'A period needs a rule (`when`), single days (`dates`) or a file of events (`ical`).')
  }
  if (when === undefined) return dates === undefined ? nothing : { dates: readDays('dates', dates, faults) }
  const reading = parseRule(when)
  if ('rule' in reading) return { rule: reading.rule }
  faults.addInText('when', reading.fault)
  return nothing
}

function readHours(texts: readonly string[], faults: FaultList): readonly [number, number] | null {
  const [from, to] = texts.map(parseTimeOfDay)
  const isWellFormed = texts.length === 2 && from !== undefined && to !== undefined
  if (isWellFormed && from !== to && from < 24 * 60) return [from, to]
  faults.add('hours', 'Hours are two different times from 00:00 to 24:00, such as `06:00` and `20:00`.')
  return null
}

function readAround(field: string, text: string | undefined, faults: FaultList): number {
  if (text === undefined) return 0
  const ms = parseDuration(text)
  if (ms !== undefined && ms <= MOST_AROUND_DAYS * DAY_MS) return ms
  faults.add(
    field,
    `\`${text}\` is no duration such as \`30m\`, \`4h\` or \`2d\`, of at most ${MOST_AROUND_DAYS} days.`,
  )
  return 0
}

function readPriority(priority: number, faults: FaultList): number {
  if (!Number.isInteger(priority) || Math.abs(priority) > MOST_PRIORITY) {
    faults.add('priority', `A priority is a whole number from -${MOST_PRIORITY} to ${MOST_PRIORITY}.`)
  }
  return priority
}
