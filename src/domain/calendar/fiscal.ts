import { addDays, daysBetween, monthStart, type Day } from '../day.ts'
import type { SpanKind } from './rule.ts'

/** Both ends belong to it. */
export interface Span {
  readonly first: Day
  readonly last: Day
}

/** Weeks of the three months of a quarter. */
export const WEEK_PATTERNS = { '4-4-5': [4, 4, 5], '4-5-4': [4, 5, 4], '5-4-4': [5, 4, 4] } as const
export type WeekPattern = keyof typeof WEEK_PATTERNS

/** What `month`, `quarter` and `year` mean to a period. */
export type Fiscal =
  /** Years begin on this day of this month, quarters every three months from there; months are those of the common calendar. */
  | { readonly kind: 'months'; readonly startMonth: number; readonly startDay: number }
  /**
   * Years of 52 whole weeks, counted from the anchor in both directions. A year that begins on a day of `longYears` has 53,
   * the one more in its last month. Which years those are follows from no single rule, so they are named.
   */
  | {
      readonly kind: 'weeks'
      readonly pattern: WeekPattern
      readonly anchor: Day
      readonly longYears: ReadonlySet<Day>
    }

/** Of periods that say nothing else. */
export const COMMON_YEAR: Fiscal = { kind: 'months', startMonth: 1, startDay: 1 }

/** Finds the span of a kind in which a day lies. Remembers the last of each kind: days are asked in order. */
export function createSpans(fiscal: Fiscal): (day: Day, kind: SpanKind) => Span {
  const find = fiscal.kind === 'weeks' ? createWeekSpans(fiscal) : monthSpan.bind(null, fiscal)
  const known = new Map<SpanKind, Span>()
  return (day, kind) => {
    const last = known.get(kind)
    if (last && day >= last.first && day <= last.last) return last
    const found = find(day, kind)
    known.set(kind, found)
    return found
  }
}

const MONTHS: Readonly<Record<SpanKind, number>> = { month: 1, quarter: 3, year: 12 }

function monthSpan({ startMonth, startDay }: Fiscal & { kind: 'months' }, day: Day, kind: SpanKind): Span {
  if (kind === 'month') return { first: monthStart(day), last: addDays(monthStart(day, 1), -1) }
  // Fiscal months begin on the day of the month on which the year does; the one at hand may have begun last month.
  const hasBegun = Number(day.slice(8)) >= startDay
  const monthsIn = (Number(day.slice(5, 7)) - startMonth + (hasBegun ? 0 : -1) + 24) % MONTHS[kind]
  const back = monthsIn + (hasBegun ? 0 : 1)
  return {
    first: addDays(monthStart(day, -back), startDay - 1),
    last: addDays(monthStart(day, MONTHS[kind] - back), startDay - 2),
  }
}

const DAYS_OF_52_WEEKS = 364
const DAYS_OF_53_WEEKS = 371

function createWeekSpans(fiscal: Fiscal & { kind: 'weeks' }): (day: Day, kind: SpanKind) => Span {
  let months: readonly Span[] = monthsOfYear(fiscal, fiscal.anchor)
  return (day, kind) => {
    months = walkToYear(fiscal, months, day)
    const index = months.findIndex((month) => day <= month.last)
    const size = MONTHS[kind]
    const from = index - (index % size)
    const [first, last] = [months[from], months[from + size - 1]]
    if (!first || !last) throw new Error(`no fiscal ${kind} holds ${day}`)
    return { first: first.first, last: last.last }
  }
}

/** The twelve months of the year in which the day lies, found from those of another year. */
function walkToYear(fiscal: Fiscal & { kind: 'weeks' }, months: readonly Span[], day: Day): readonly Span[] {
  let found = months
  while (day < firstOf(found)) {
    const long = addDays(firstOf(found), -DAYS_OF_53_WEEKS)
    found = monthsOfYear(fiscal, fiscal.longYears.has(long) ? long : addDays(firstOf(found), -DAYS_OF_52_WEEKS))
  }
  while (daysBetween(firstOf(found), day) >= lengthOf(fiscal, firstOf(found))) {
    found = monthsOfYear(fiscal, addDays(firstOf(found), lengthOf(fiscal, firstOf(found))))
  }
  return found
}

function firstOf(months: readonly Span[]): Day {
  return months[0]?.first ?? ''
}

function lengthOf({ longYears }: Fiscal & { kind: 'weeks' }, first: Day): number {
  return longYears.has(first) ? DAYS_OF_53_WEEKS : DAYS_OF_52_WEEKS
}

function monthsOfYear(fiscal: Fiscal & { kind: 'weeks' }, yearFirst: Day): readonly Span[] {
  const quarter = WEEK_PATTERNS[fiscal.pattern]
  const weeks = [...quarter, ...quarter, ...quarter, ...quarter]
  const months: Span[] = []
  let first = yearFirst
  for (const [index, count] of weeks.entries()) {
    const isLast = index === weeks.length - 1
    const last = isLast ? addDays(yearFirst, lengthOf(fiscal, yearFirst) - 1) : addDays(first, 7 * count - 1)
    months.push({ first, last })
    first = addDays(last, 1)
  }
  return months
}
