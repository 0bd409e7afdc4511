import { addDays, monthStart, type Day } from '../day.ts'
import { findDueDay } from '../playbook/due-day.ts'

export interface PromisedDay {
  readonly day: Day
  /** Place of the phrase with the words that lead it. */
  readonly start: number
  readonly end: number
}

interface Phrase {
  readonly pattern: RegExp
  readonly day: (saidOn: Day, match: RegExpExecArray) => Day
}

const LEAD = String.raw`(?:,?\s*\b(?:by|before|until|at|on|due|for|early|later|sometime)\s+)*`
const END_OF = String.raw`${LEAD}(?:the )?\b(?:end|close) of (?:the )?`
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday']

/** Spans of which the last day counts: what is promised for next week is late only after that week. */
const SPANS: readonly Phrase[] = [
  phrase(`${LEAD}\\b(${WEEKDAYS.join('|')})(?: of)? next week\\b`, weekdayNextWeek),
  phrase(`${LEAD}\\bnext week(?: on|,)? (${WEEKDAYS.join('|')})\\b`, weekdayNextWeek),
  phrase(`(?:${END_OF}|${LEAD}\\b)next week\\b`, (saidOn) => fridayOf(saidOn, 1)),
  phrase(`(?:${END_OF}|${LEAD}\\b)this week\\b|${END_OF}week\\b`, (saidOn) => fridayOf(saidOn, 0)),
  phrase(`${END_OF}(?:this )?quarter\\b`, quarterEnd),
  phrase(`${END_OF}next month\\b`, (saidOn) => addDays(monthStart(saidOn, 2), -1)),
  phrase(`${END_OF}(?:this )?month\\b`, (saidOn) => addDays(monthStart(saidOn, 1), -1)),
  phrase(`${LEAD}\\b(?:the )?day after tomorrow\\b`, (saidOn) => addDays(saidOn, 2)),
  phrase(
    `(?:,?\\s*\\b(?:by|before|until|on|no later than))+ the (\\d{1,2})(?:st|nd|rd|th)\\b(?!\\s+(?:of\\s+)?\\p{L}*(?:uary|arch|pril|may|june|july|ugust|ember|ober))`,
    dayOfMonth,
  ),
  phrase('\\b(?:with)?in (?:a|the next) couple of days\\b', (saidOn) => addDays(saidOn, 2)),
  phrase('\\b(?:with)?in (?:a|the next) couple of weeks\\b', (saidOn) => addDays(saidOn, 14)),
]
/** "End of day Friday" is Friday's; alone it is today's. */
const TODAY = phrase(
  `${END_OF}(?:business|day)\\b|${LEAD}\\b(?:eod|tonight|this (?:morning|afternoon|evening)|(?:right |straight )?after (?:this|the|our) (?:call|meeting)|(?:right|straight) away|(?:with)?in (?:the |an |half an |the next )?hour|(?:with)?in (?:\\w+ ){1,2}(?:minutes|hours))\\b`,
  (saidOn) => saidOn,
)

/** In front of a day that tells what was, or which thing is meant, not when something will be done. */
const LOOKS_BACK =
  /\b(?:discussed|talked|spoke|spoken|agreed|met|sent|promised|mentioned|covered|showed|shown|had|saw|last|since|from|of|dated)(?: (?:about|through|over|it|that|you|this))*(?: (?:on|from|of))?\s*$/i

/** `Within a week of receiving it`: counted from a day that nobody knows yet. */
const COUNTS_FROM = /^\s+(?:of|from|after) (?:\p{L}+ing|receipt|signature)\b/iu

/** The day by which something is promised in a sentence, seen from the day it was said; undefined when none is named. */
export function findPromisedDay(text: string, saidOn: Day): PromisedDay | undefined {
  const found = [
    ...SPANS.map((span) => () => match(span, text, saidOn)),
    () => findDueDay(text, saidOn),
    () => match(TODAY, text, saidOn),
  ]
  for (const find of found) {
    const day = find()
    if (day === undefined || LOOKS_BACK.test(text.slice(0, day.start))) continue
    if (!COUNTS_FROM.test(text.slice(day.end))) return day
  }
  return undefined
}

function phrase(pattern: string, day: Phrase['day']): Phrase {
  return { pattern: new RegExp(pattern, 'i'), day }
}

function match({ pattern, day }: Phrase, text: string, saidOn: Day): PromisedDay | undefined {
  const found = pattern.exec(text)
  return found === null
    ? undefined
    : { day: day(saidOn, found), start: found.index, end: found.index + found[0].length }
}

function weekdayNextWeek(saidOn: Day, found: RegExpExecArray): Day {
  return addDays(mondayOf(saidOn), 7 + WEEKDAYS.indexOf((found[1] ?? '').toLowerCase()))
}

/** The Friday of the week that lies `weeks` after the day's own, weeks beginning on Monday; on a weekend the day itself. */
function fridayOf(day: Day, weeks: number): Day {
  const friday = addDays(mondayOf(day), 4 + 7 * weeks)
  return friday < day ? day : friday
}

function mondayOf(day: Day): Day {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7))
}

/** `By the 26th`: the next one to come. */
function dayOfMonth(saidOn: Day, found: RegExpExecArray): Day {
  const wanted = Number(found[1])
  const inMonth = (months: number): Day => addDays(monthStart(saidOn, months), wanted - 1)
  return inMonth(0) >= saidOn ? inMonth(0) : inMonth(1)
}

function quarterEnd(day: Day): Day {
  const month = Number(day.slice(5, 7)) - 1
  return addDays(monthStart(day, 3 - (month % 3)), -1)
}
