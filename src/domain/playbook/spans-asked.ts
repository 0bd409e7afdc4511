/** Spans of time and segments as a question names them, in the words the skills take. */

const NUMBERS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  nine: 9,
  twelve: 12,
}
const DAYS_PER_MONTH = 30
const MONTHS_PER: Readonly<Record<string, number>> = { month: 1, quarter: 3, half: 6, year: 12 }
const MAX_MONTHS = 12

function monthsIn(plain: string): number | undefined {
  const counted = /\b(\d+|one|two|three|four|five|six|nine|twelve)[ -](day|week|month|quarter|year)s?\b/.exec(plain)
  if (counted) {
    const [, count = '', unit = ''] = counted
    const number = NUMBERS[count] ?? Number(count)
    if (unit === 'day') return Math.ceil(number / DAYS_PER_MONTH)
    return unit === 'week' ? Math.ceil((number * 7) / DAYS_PER_MONTH) : number * (MONTHS_PER[unit] ?? 1)
  }
  if (/\bhalf(?: a)?[ -]year\b/.test(plain)) return MONTHS_PER.half
  const named = /\b(?:this|next|coming|the) (month|quarter|year)\b/.exec(plain)?.[1]
  return named === undefined ? undefined : MONTHS_PER[named]
}

/** Months ahead; nothing when none are named, undefined when there are more than the skill looks ahead. */
export function monthsAsked(plain: string): Record<string, number> | undefined {
  const months = monthsIn(plain)
  if (months === undefined) return {}
  return months < 1 || months > MAX_MONTHS ? undefined : { months }
}

/** A quarter, half a year or a year: the spans that a success plan can have. */
export function timelineAsked(plain: string): Record<string, string> {
  const months = monthsIn(plain) ?? (/\b(?:yearly|annual)\b/.test(plain) ? MONTHS_PER.year : undefined)
  if (months === MONTHS_PER.quarter) return { timeline: 'quarter' }
  if (months === MONTHS_PER.half) return { timeline: 'half-year' }
  return months === MONTHS_PER.year ? { timeline: 'year' } : {}
}

/** `mid-market`, `enterprise`: the segment a question is narrowed to. */
export function segmentAsked(plain: string): Record<string, string> {
  const segment = /\b(?:enterprise|mid-?market|smb|commercial)\b/.exec(plain)?.[0]
  return segment === undefined ? {} : { segment: segment === 'midmarket' ? 'mid-market' : segment }
}
