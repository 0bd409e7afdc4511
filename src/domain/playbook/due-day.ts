import { addDays, isDay, monthStart, type Day } from '../day.ts'

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const WEEKDAY = '(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thu(?:rs?)?|fri)'
const COUNTS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

const DUE = new RegExp(
  String.raw`(?:,?\s*\b(?:due|by|on|before|until)\s+)*\b(?:(\d{4}-\d{2}-\d{2})|(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(${MONTH})(?:,?\s+(\d{4}))?|(${MONTH})\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?|(today|tomorrow)|(next\s+|this\s+)?(${WEEKDAY})|(next week)|((?:the\s+)?end of (?:the\s+)?month)|(?:with)?in (\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten) (day|week)s?|(\d{1,2})[./](\d{1,2})[./](\d{4}))\b`,
  'i',
)

export interface DuePhrase {
  readonly day: Day
  /** Place of the phrase with the words that lead it ("by", "due"). */
  readonly start: number
  readonly end: number
}

/** The first day named in a text, as a calendar day seen from `today`; undefined when there is none or it does not exist. */
export function findDueDay(text: string, today: Day): DuePhrase | undefined {
  const match = DUE.exec(text)
  if (!match) return undefined
  const day = dayOfMatch(match, today)
  return day !== undefined && isDay(day) ? { day, start: match.index, end: match.index + match[0].length } : undefined
}

function dayOfMatch(match: RegExpExecArray, today: Day): Day | undefined {
  return calendarDate(match, today) ?? relativeDay(match, today) ?? numericDate(match)
}

function calendarDate(
  [, iso, day, monthAfter, yearAfter, monthBefore, dayAfter, yearLast]: RegExpExecArray,
  today: Day,
): Day | undefined {
  if (iso) return iso
  if (day && monthAfter) return dated({ day, month: monthAfter, year: yearAfter }, today)
  return monthBefore && dayAfter ? dated({ day: dayAfter, month: monthBefore, year: yearLast }, today) : undefined
}

function relativeDay(match: RegExpExecArray, today: Day): Day | undefined {
  const [relative, prefix, weekday, nextWeek, monthEnd, count, unit] = match.slice(8)
  if (relative) return addDays(today, relative.toLowerCase() === 'tomorrow' ? 1 : 0)
  if (weekday) return nextWeekday(weekday.toLowerCase(), prefix?.trim().toLowerCase(), today)
  if (nextWeek) return nextWeekday('monday', undefined, today)
  if (monthEnd) return addDays(monthStart(today, 1), -1)
  return count ? addDays(today, countOf(count.toLowerCase()) * (unit?.toLowerCase() === 'week' ? 7 : 1)) : undefined
}

function countOf(word: string): number {
  if (word.startsWith('a')) return 1
  return COUNTS.includes(word) ? COUNTS.indexOf(word) : Number(word)
}

/** `27/03/2026` and `30.03.2026`, only where the order of day and month is beyond doubt. */
function numericDate(match: RegExpExecArray): Day | undefined {
  const [a = '', b = '', year] = match.slice(15)
  if (year === undefined) return undefined
  const isDotted = match[0].includes('.')
  if (!isDotted && Number(a) <= 12 && Number(b) <= 12 && a !== b) return undefined
  const [day, month] = isDotted || Number(a) > 12 ? [a, b] : [b, a]
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

/** Without a year: the next time this date comes round. */
function dated(parts: { day: string; month: string; year: string | undefined }, today: Day): Day | undefined {
  const month = MONTHS.indexOf(parts.month.slice(0, 3).toLowerCase()) + 1
  const rest = `${String(month).padStart(2, '0')}-${parts.day.padStart(2, '0')}`
  if (parts.year) return `${parts.year}-${rest}`
  const thisYear = `${today.slice(0, 4)}-${rest}`
  if (thisYear >= today) return thisYear
  return `${String(Number(today.slice(0, 4)) + 1).padStart(4, '0')}-${rest}`
}

/** "Friday" is the next one after today; "next Friday" is that of the following calendar week, Monday first. */
function nextWeekday(weekday: string, prefix: string | undefined, today: Day): Day {
  const now = new Date(`${today}T00:00:00Z`).getUTCDay()
  const wanted = WEEKDAYS.findIndex((name) => name.startsWith(weekday.slice(0, 3)))
  if (prefix === 'next') {
    const toMonday = (8 - now) % 7 || 7
    return addDays(today, toMonday + ((wanted + 6) % 7))
  }
  return addDays(today, (wanted - now + 7) % 7 || 7)
}
