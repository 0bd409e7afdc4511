import { isDay, type Day } from '../day.ts'

/** How `3/4/2017` reads. Days with a point (`3.4.2017`) are day-first everywhere. */
export type DayOrder = 'month-first' | 'day-first'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const TIME_OF_DAY = String.raw`(?:[T ]\d{1,2}:\d{2}.*)?`
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${TIME_OF_DAY}$`)
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/
const NUMERIC = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${TIME_OF_DAY}$`)
const DAY_MONTH_NAME = new RegExp(String.raw`^(\d{1,2})[-. ]+([a-z]{3,9})\.?[-, ]+(\d{4})${TIME_OF_DAY}$`, 'i')
const MONTH_NAME_DAY = new RegExp(String.raw`^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})${TIME_OF_DAY}$`, 'i')

/**
 * A calendar day in one of the forms people export: ISO (a time of day is dropped), `M/D/YYYY` or `D/M/YYYY` by the
 * column's order, `D.M.YYYY`, `12 Mar 2017`, `Mar 12, 2017`, `20170312`. Two-digit years: 00-69 are 2000s, as in POSIX.
 * Undefined when it is none of these or not a day of the calendar.
 */
export function parseDay(text: string, order: DayOrder): Day | undefined {
  const iso = YEAR_FIRST.exec(text) ?? COMPACT.exec(text)
  if (iso) return toDay(iso[1], iso[2], iso[3])
  const numeric = NUMERIC.exec(text)
  if (numeric) {
    const isDayFirst = numeric[2] === '.' || order === 'day-first'
    return isDayFirst ? toDay(numeric[4], numeric[3], numeric[1]) : toDay(numeric[4], numeric[1], numeric[3])
  }
  const dayFirst = DAY_MONTH_NAME.exec(text)
  if (dayFirst) return toDay(dayFirst[3], monthNumber(dayFirst[2]), dayFirst[1])
  const monthFirst = MONTH_NAME_DAY.exec(text)
  return monthFirst ? toDay(monthFirst[3], monthNumber(monthFirst[1]), monthFirst[2]) : undefined
}

function monthNumber(name = ''): string | undefined {
  const index = MONTHS.indexOf(name.slice(0, 3).toLowerCase())
  return index < 0 ? undefined : String(index + 1)
}

function toDay(year?: string, month?: string, day?: string): Day | undefined {
  if (!year || !month || !day) return undefined
  const fullYear = year.length === 4 ? year : String(Number(year) + (Number(year) < 70 ? 2000 : 1900))
  const text = `${fullYear}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isDay(text) && fullYear >= '1000' ? text : undefined
}

export interface DayOrderDecision {
  readonly order: DayOrder
  /** `proven`: a value can only be read so; `assumed`: every value reads both ways; `mixed`: values contradict each other. */
  readonly how: 'proven' | 'assumed' | 'mixed' | 'not-needed'
}

/** Decides the order for a whole column from a sample of its values; when nothing proves it, month-first is assumed. */
export function decideDayOrder(values: readonly string[]): DayOrderDecision {
  const proofs = values.map(proofOf)
  const dayFirst = proofs.filter((proof) => proof === 'day-first').length
  const monthFirst = proofs.filter((proof) => proof === 'month-first').length
  const order = dayFirst > monthFirst ? 'day-first' : 'month-first'
  if (monthFirst > 0 && dayFirst > 0) return { order, how: 'mixed' }
  if (monthFirst + dayFirst > 0) return { order, how: 'proven' }
  return { order, how: proofs.includes('both') ? 'assumed' : 'not-needed' }
}

function proofOf(value: string): DayOrder | 'both' | 'none' {
  const found = NUMERIC.exec(value)
  if (!found || found[2] === '.') return 'none'
  const isFirstDay = Number(found[1]) > 12
  const isSecondDay = Number(found[3]) > 12
  if (isFirstDay === isSecondDay) return 'both'
  return isFirstDay ? 'day-first' : 'month-first'
}
