import { findPromisedDay } from '../call/promised-day.ts'
import { addDays, monthStart, type Day } from '../day.ts'

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const WHOLE_MONTH = new RegExp(
  String.raw`\b(?:by|before|in|at|until|of)\s+(?:the\s+)?(?:(end|middle|start|beginning) of\s+|mid[- ])?(${MONTHS.join('|')})\b(?!\s+\d{1,2}\b)(?:\s+(\d{4}))?`,
  'i',
)

/** The day something is due, seen from the day it was said: also "end of March" and "in June" (its last day). */
export function promisedIn(text: string, saidOn: Day): Day | undefined {
  const match = WHOLE_MONTH.exec(text)
  if (
    !match ||
    /\b\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?$/.test(text.slice(0, match.index + match[0].search(/\p{L}+\s*\d*$/u)))
  ) {
    return findPromisedDay(text, saidOn)?.day
  }
  const month = MONTHS.indexOf((match[2] ?? '').toLowerCase()) + 1
  const thisYear = Number(saidOn.slice(0, 4))
  const year = match[3] === undefined ? thisYear + (month < Number(saidOn.slice(5, 7)) ? 1 : 0) : Number(match[3])
  const start = `${year}-${String(month).padStart(2, '0')}-01`
  return addDays(monthStart(start, 1), -1)
}
