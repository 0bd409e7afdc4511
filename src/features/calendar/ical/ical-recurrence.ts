import ICAL from 'ical.js'
import { IcalFault, wallMsOf } from './ical-moment.ts'

/** Work that all rules of a file may cost together, in steps of the library. */
export interface StepBudget {
  left: number
  /** Steps since a rule last named a day. */
  idle: number
}

/** Longer than from one leap day over a year without one to the next, day by day. */
const MOST_IDLE_STEPS = 3500

/** Counts the library's steps, so that a rule that never meets a day does not run for ever. */
class BoundedIterator extends ICAL.RecurIterator {
  declare private budget: StepBudget
  constructor(options: { readonly rule: ICAL.Recur; readonly dtstart: ICAL.Time; readonly budget: StepBudget }) {
    // The library's constructor already iterates, before a field of this class can be set.
    pending = options.budget
    super(options)
    this.budget = options.budget
  }
  override check_contracting_rules(): boolean {
    spend(this.budget ?? pending)
    return super.check_contracting_rules()
  }
  override expand_year_days(year: unknown): number {
    spend(this.budget ?? pending)
    return super.expand_year_days(year)
  }
}

let pending: StepBudget = { left: 0, idle: 0 }

function spend(budget: StepBudget): void {
  budget.left -= 1
  budget.idle += 1
  if (budget.idle > MOST_IDLE_STEPS) throw new IcalFault('It names no day, however far one looks.', 'RRULE')
  if (budget.left < 0) {
    throw new IcalFault('The rules up to this one begin too long ago and repeat too often to be worked out.', 'RRULE')
  }
}

const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Throws an IcalFault for a rule that this calendar does not follow, or that can never name a day. */
function checkRule(rule: ICAL.Recur): void {
  if (['SECONDLY', 'MINUTELY', 'HOURLY'].includes(rule.freq)) {
    throw new IcalFault(`Events may repeat daily at most; this one is ${rule.freq}.`, 'RRULE')
  }
  const [months, days] = [partOf(rule, 'BYMONTH'), partOf(rule, 'BYMONTHDAY')]
  if (months.length === 0 || days.length === 0) return
  const longest = Math.max(...months.map((month) => DAYS_OF_MONTHS[month - 1] ?? 0))
  if (days.every((day) => Math.abs(day) > longest)) {
    throw new IcalFault('No such month has such a day: the event never occurs.', 'RRULE')
  }
}

/**
 * Whether a day is one that the rule means. The library lets a year without 29 February, or a month without a 31st, have
 * its day in the month after; RFC 5545 says that such a day is passed over.
 */
function isMeant(rule: ICAL.Recur, start: ICAL.Time, time: ICAL.Time): boolean {
  const months = partOf(rule, 'BYMONTH')
  if (months.length > 0 && !months.includes(time.month)) return false
  const days = partOf(rule, 'BYMONTHDAY')
  if (days.length > 0) {
    const length = new Date(Date.UTC(time.year, time.month, 0)).getUTCDate()
    return days.some((day) => (day > 0 ? day : length + day + 1) === time.day)
  }
  const isByOther = ['BYDAY', 'BYYEARDAY', 'BYWEEKNO', 'BYSETPOS'].some((part) => partOf(rule, part).length > 0)
  if (isByOther) return true
  if (rule.freq === 'MONTHLY') return time.day === start.day
  if (rule.freq !== 'YEARLY') return true
  return time.day === start.day && (months.length > 0 || time.month === start.month)
}

function partOf(rule: ICAL.Recur, part: string): readonly number[] {
  const values: readonly unknown[] = rule.getComponent(part)
  return values.map(Number)
}

/** The times that a rule names, from its start on up to a wall-clock instant; without its own end, which is the caller's. */
export function* listTimes(
  { rule, start }: { readonly rule: ICAL.Recur; readonly start: ICAL.Time },
  untilWallMs: number,
  budget: StepBudget,
): Generator<ICAL.Time> {
  checkRule(rule)
  budget.idle = 0
  const iterator = new BoundedIterator({ rule, dtstart: start, budget })
  for (let time = iterator.next(); time; time = iterator.next()) {
    budget.idle = 0
    if (wallMsOf(time) > untilWallMs) return
    if (isMeant(rule, start, time)) yield time
  }
}
