import { addDays, monthStart, type Day } from '../day.ts'

/** Days a question asks about, both included. */
export interface Period {
  readonly from: Day
  readonly to: Day
}

/** Something with a day that questions are hung on: "before the renewal". */
export interface KnownEvent {
  /** The word people use: `renewal`, `kickoff`, `go-live`. */
  readonly name: string
  readonly day: Day
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTH =
  '(?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const COUNTS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const EPOCH = '1970-01-01'
/** Around a day that is only said roughly: "two weeks ago". */
const ROUGHLY_DAYS = { day: 0, week: 3, month: 15, year: 90 } as const

type Groups = Readonly<Record<string, string | undefined>>
interface Phrase {
  readonly pattern: RegExp
  readonly period: (today: Day, groups: Groups) => Period
}

const PHRASES: readonly Phrase[] = [
  { pattern: /\b(?<iso>\d{4}-\d{2}-\d{2})\b/, period: (_, { iso = '' }) => ({ from: iso, to: iso }) },
  {
    pattern: new RegExp(String.raw`\b(?<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH}(?:,? (?<year>\d{4}))?\b`, 'i'),
    period: dated,
  },
  {
    pattern: new RegExp(String.raw`\b${MONTH} (?<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?<year>\d{4}))?\b(?!\d)`, 'i'),
    period: dated,
  },
  {
    pattern: new RegExp(
      String.raw`\b(?:in|during|of|since|from|last|early|late|mid|back in)[ -](?:early |late |mid[ -])?${MONTH}(?:,? (?<year>\d{4}))?\b`,
      'i',
    ),
    period: wholeMonth,
  },
  { pattern: new RegExp(String.raw`\b${MONTH},? (?<year>\d{4})\b`, 'i'), period: wholeMonth },
  { pattern: /\bq(?<quarter>[1-4])(?: (?<year>\d{4}))?\b/i, period: namedQuarter },
  {
    pattern: /\b(?:in|during|of|back in) (?<year>20\d{2})\b/i,
    period: (_, { year = '' }) => ({ from: `${year}-01-01`, to: `${year}-12-31` }),
  },
  { pattern: /\byesterday\b/i, period: (today) => ({ from: addDays(today, -1), to: addDays(today, -1) }) },
  { pattern: /\b(?:today|this morning)\b/i, period: (today) => ({ from: today, to: today }) },
  { pattern: /\blast (?<weekday>sun|mon|tues|wednes|thurs|fri|satur)day\b/i, period: lastWeekday },
  {
    pattern: /\b(?:last|the past|previous|past) week\b/i,
    period: (today) => ({ from: addDays(mondayOf(today), -7), to: addDays(mondayOf(today), -1) }),
  },
  { pattern: /\bthis week\b/i, period: (today) => ({ from: mondayOf(today), to: today }) },
  {
    pattern: /\b(?:last|previous) month\b/i,
    period: (today) => ({ from: monthStart(today, -1), to: addDays(monthStart(today), -1) }),
  },
  { pattern: /\bthis month\b/i, period: (today) => ({ from: monthStart(today), to: today }) },
  { pattern: /\b(?:last|previous) quarter\b/i, period: (today) => quarterAt(today, -1) },
  { pattern: /\bthis quarter\b/i, period: (today) => ({ ...quarterAt(today, 0), to: today }) },
  { pattern: /\blast year\b/i, period: (today) => yearOf(Number(today.slice(0, 4)) - 1) },
  {
    pattern:
      /\b(?<count>a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,3}) (?<unit>day|week|month|year)s? (?:ago|back|earlier)\b/i,
    period: ago,
  },
  {
    pattern:
      /\b(?:in |over |during )?the (?:last|past) (?<count>\d{1,3}|two|three|four|five|six|seven|eight|nine|ten) (?<unit>day|week|month|year)s?\b/i,
    period: (today, groups) => ({ from: addDays(today, -spanDays(groups)), to: today }),
  },
]

/** The time a question asks about, seen from the day it is asked; null when it asks about none. */
export function periodOf(question: string, today: Day, events: readonly KnownEvent[] = []): Period | null {
  const around = eventPeriod(question, events)
  if (around) return around
  for (const { pattern, period } of PHRASES) {
    const match = pattern.exec(question)
    if (!match) continue
    const found = period(today, match.groups ?? {})
    return bounded(found, question.slice(0, match.index), today)
  }
  return null
}

/** True when it asks for the present state of things: "now", "currently", "latest". */
export function asksForLatest(question: string): boolean {
  return /\b(?:now|currently|current|at present|latest|most recent(?:ly)?|these days|nowadays|still|today's|up to date)\b/i.test(
    question,
  )
}

/** "Before March" asks about all the time until then, "since March" about all the time after. */
function bounded(period: Period, before: string, today: Day): Period {
  if (/\b(?:before|until|prior to|up to)\s+(?:the\s+)?$/i.test(before))
    return { from: EPOCH, to: addDays(period.from, -1) }
  if (/\b(?:since|from)\s*$/i.test(before)) return { from: period.from, to: today }
  return /\bafter\s+(?:the\s+)?$/i.test(before) ? { from: addDays(period.to, 1), to: today } : period
}

function eventPeriod(question: string, events: readonly KnownEvent[]): Period | null {
  for (const { name, day } of events) {
    const word = name.replaceAll(/[^\p{L}\p{N} -]/gu, '')
    const found = new RegExp(
      String.raw`\b(?<side>before|after|since|around) (?:the |their |our |last )?${word}\b`,
      'iu',
    ).exec(question)
    const side = found?.groups?.side?.toLowerCase()
    if (side === 'before') return { from: EPOCH, to: addDays(day, -1) }
    if (side === 'around') return { from: addDays(day, -7), to: addDays(day, 7) }
    if (side !== undefined) return { from: day, to: '9999-12-31' }
  }
  return null
}

function dated(today: Day, { day = '1', month = '', year }: Groups): Period {
  const rest = `${monthNumber(month)}-${day.padStart(2, '0')}`
  const chosen = year ?? yearOfLast(rest, today)
  return { from: `${chosen}-${rest}`, to: `${chosen}-${rest}` }
}

function wholeMonth(today: Day, { month = '', year }: Groups): Period {
  const number = monthNumber(month)
  const from = `${year ?? yearOfLast(`${number}-01`, today)}-${number}-01`
  return { from, to: addDays(monthStart(from, 1), -1) }
}

/** People ask memory about what was: without a year the last such date is meant. */
function yearOfLast(rest: string, today: Day): string {
  const year = Number(today.slice(0, 4))
  return String(`${year}-${rest}` <= today ? year : year - 1)
}

function monthNumber(month: string): string {
  return String(MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1).padStart(2, '0')
}

function namedQuarter(today: Day, { quarter = '1', year }: Groups): Period {
  const month = String(Number(quarter) * 3 - 2).padStart(2, '0')
  const from = `${year ?? yearOfLast(`${month}-01`, today)}-${month}-01`
  return { from, to: addDays(monthStart(from, 3), -1) }
}

function quarterAt(today: Day, quarters: number): Period {
  const from = monthStart(today, -((Number(today.slice(5, 7)) - 1) % 3) + 3 * quarters)
  return { from, to: addDays(monthStart(from, 3), -1) }
}

function yearOf(year: number): Period {
  return { from: `${year}-01-01`, to: `${year}-12-31` }
}

function mondayOf(day: Day): Day {
  return addDays(day, -((weekdayOf(day) + 6) % 7))
}

function lastWeekday(today: Day, { weekday = '' }: Groups): Period {
  const wanted = WEEKDAYS.findIndex((name) => name.startsWith(weekday.toLowerCase()))
  const day = addDays(today, -((weekdayOf(today) - wanted + 7) % 7 || 7))
  return { from: day, to: day }
}

function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

function ago(today: Day, groups: Groups): Period {
  const day = addDays(today, -spanDays(groups))
  const slack = ROUGHLY_DAYS[unitOf(groups.unit)]
  return { from: addDays(day, -slack), to: addDays(day, slack) }
}

function spanDays({ count = '1', unit }: Groups): number {
  const word = count.toLowerCase()
  const number = word.startsWith('a') ? 1 : COUNTS.includes(word) ? COUNTS.indexOf(word) : Number(word)
  return number * { day: 1, week: 7, month: 30, year: 365 }[unitOf(unit)]
}

function unitOf(unit: string | undefined): keyof typeof ROUGHLY_DAYS {
  const word = unit?.toLowerCase()
  return word === 'day' || word === 'month' || word === 'year' ? word : 'week'
}
