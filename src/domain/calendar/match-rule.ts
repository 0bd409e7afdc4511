import { addDays, daysBetween, type Day } from '../day.ts'
import { isBusinessDay, isHoliday, MOST_DAYS_CLOSED, nextBusinessDay, type BusinessCalendar } from './business-days.ts'
import { createSpans, type Fiscal, type Span } from './fiscal.ts'
import { isCompound, type AtomRule, type Rule, type SpanKind } from './rule.ts'
import { weekdayOf, weekdaysBetween } from './weekday.ts'

/** Whose business days and whose fiscal months a rule is about. */
export interface RuleTerms {
  readonly calendar: BusinessCalendar
  readonly fiscal: Fiscal
}

export type DayTest = (day: Day) => boolean
type Of<Kind extends Rule['kind']> = Extract<Rule, { readonly kind: Kind }>

interface Reading extends RuleTerms {
  readonly spanOf: (day: Day, kind: SpanKind) => Span
}

/** A test of days for a rule. It remembers the spans it met: make one for a run over many days, and let it go after. */
export function createDayTest(rule: Rule, terms: RuleTerms): DayTest {
  return testOf(rule, { ...terms, spanOf: createSpans(terms.fiscal) })
}

function testOf(rule: Rule, reading: Reading): DayTest {
  if (!isCompound(rule)) return atomTest(rule, reading)
  switch (rule.kind) {
    case 'shift':
      return shiftTest(rule, reading)
    case 'roll':
      return rollTest(rule, reading)
    case 'not': {
      const test = testOf(rule.of, reading)
      return (day) => !test(day)
    }
    case 'and':
    case 'or': {
      const tests = rule.all.map((part) => testOf(part, reading))
      return rule.kind === 'and' ? (day) => tests.every((test) => test(day)) : (day) => tests.some((test) => test(day))
    }
  }
}

function atomTest(rule: AtomRule, reading: Reading): DayTest {
  switch (rule.kind) {
    case 'edge':
      return rule.unit === 'bd' ? businessEdgeTest(rule, reading) : edgeTest(rule, reading)
    case 'days':
      return daysTest(rule, reading)
    case 'nth':
      return nthTest(rule, reading)
    case 'nth-bd':
      return nthBusinessDayTest(rule, reading)
    case 'every':
      return (day) => day >= rule.from && daysBetween(rule.from, day) % (7 * rule.weeks) === 0
    case 'weekdays': {
      const weekdays = new Set(weekdaysBetween(rule.from, rule.to))
      return (day) => weekdays.has(weekdayOf(day))
    }
    case 'holiday':
      return (day) => isHoliday(reading.calendar, day)
    case 'bd':
      return (day) => isBusinessDay(reading.calendar, day)
  }
}

function edgeTest({ edge, count, span }: Of<'edge'>, { spanOf }: Reading): DayTest {
  return (day) => {
    const { first, last } = spanOf(day, span)
    return edge === 'first' ? daysBetween(first, day) < count : daysBetween(day, last) < count
  }
}

function businessEdgeTest(rule: Of<'edge'>, { spanOf, calendar }: Reading): DayTest {
  const known = new Map<Day, ReadonlySet<Day>>()
  return (day) => {
    const span = spanOf(day, rule.span)
    const members = known.get(span.first) ?? listEdge(rule, span, calendar)
    known.set(span.first, members)
    return members.has(day)
  }
}

/** The first or last business days of a span; fewer than asked for when it has no more. */
function listEdge({ edge, count }: Of<'edge'>, { first, last }: Span, calendar: BusinessCalendar): ReadonlySet<Day> {
  const members = new Set<Day>()
  const [step, start] = edge === 'first' ? [1, first] : [-1, last]
  for (let day = start; day >= first && day <= last && members.size < count; day = addDays(day, step)) {
    if (isBusinessDay(calendar, day)) members.add(day)
  }
  return members
}

function daysTest({ ranges }: Of<'days'>, { spanOf }: Reading): DayTest {
  return (day) => {
    const dayOfMonth = daysBetween(spanOf(day, 'month').first, day) + 1
    return ranges.some(({ from, to }) => dayOfMonth >= from && dayOfMonth <= to)
  }
}

function nthTest({ nth, weekday }: Of<'nth'>, { spanOf }: Reading): DayTest {
  return (day) => {
    if (weekdayOf(day) !== weekday) return false
    const { first, last } = spanOf(day, 'month')
    return nth === 'last' ? daysBetween(day, last) < 7 : Math.floor(daysBetween(first, day) / 7) === nth - 1
  }
}

function nthBusinessDayTest({ nth, span }: Of<'nth-bd'>, { spanOf, calendar }: Reading): DayTest {
  const known = new Map<Day, Day | undefined>()
  return (day) => {
    const { first, last } = spanOf(day, span)
    if (!known.has(first)) {
      const members = listEdge({ kind: 'edge', edge: 'first', count: nth, unit: 'bd', span }, { first, last }, calendar)
      known.set(first, [...members][nth - 1])
    }
    return known.get(first) === day
  }
}

/** A day belongs when it is the nth business day before (or after) some day of the inner rule: that day is looked for. */
function shiftTest({ count, side, of }: Of<'shift'>, reading: Reading): DayTest {
  const test = testOf(of, reading)
  const step = side === 'before' ? 1 : -1
  return (day) => {
    if (!isBusinessDay(reading.calendar, day)) return false
    let passed = 0
    let closed = 0
    for (let other = addDays(day, step); closed < MOST_DAYS_CLOSED; other = addDays(other, step)) {
      if (passed === count - 1 && test(other)) return true
      if (isBusinessDay(reading.calendar, other)) {
        closed = 0
        passed += 1
        if (passed === count) return false
      } else closed += 1
    }
    return false
  }
}

/** A business day belongs when the inner rule has it, or has a day without business beside it that is rolled here. */
function rollTest({ to, of }: Of<'roll'>, reading: Reading): DayTest {
  const test = testOf(of, reading)
  const { calendar, spanOf } = reading
  const isSameMonth = (one: Day, other: Day): boolean => spanOf(one, 'month').first === spanOf(other, 'month').first
  const leavesMonth = (day: Day): boolean => {
    const next = nextBusinessDay(calendar, day)
    return next !== null && !isSameMonth(day, next)
  }
  return (day) => {
    if (!isBusinessDay(calendar, day)) return false
    if (test(day)) return true
    const fromBefore = (): boolean =>
      isSomeClosedDay(calendar, [day, -1], (closed) => test(closed) && (to === 'next' || isSameMonth(closed, day)))
    const fromAfter = (): boolean =>
      isSomeClosedDay(calendar, [day, 1], (closed) => test(closed) && (to === 'prev' || leavesMonth(closed)))
    return (to !== 'prev' && fromBefore()) || (to !== 'next' && fromAfter())
  }
}

/** Of the days without business that follow (1) or precede (-1) a day without a gap, whether one passes. */
function isSomeClosedDay(calendar: BusinessCalendar, [day, step]: readonly [Day, 1 | -1], test: DayTest): boolean {
  let closed = addDays(day, step)
  for (let count = 0; count < MOST_DAYS_CLOSED && !isBusinessDay(calendar, closed); count += 1) {
    if (test(closed)) return true
    closed = addDays(closed, step)
  }
  return false
}
