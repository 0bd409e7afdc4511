import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyRule } from '../../../test/support/any-rule.ts'
import { addDays, monthStart, type Day } from '../day.ts'
import {
  isBusinessDay,
  nextBusinessDay,
  PLAIN_CALENDAR,
  previousBusinessDay,
  type BusinessCalendar,
} from './business-days.ts'
import { COMMON_YEAR, createSpans, type Fiscal } from './fiscal.ts'
import { createDayTest, type RuleTerms } from './match-rule.ts'
import { parseRule } from './parse-rule.ts'
import { ROLLS, SPANS, type Rule } from './rule.ts'
import type { Weekday } from './weekday.ts'

const FED: BusinessCalendar = { ...PLAIN_CALENDAR, name: 'fed', base: 'us-fed' }
const TERMS: RuleTerms = { calendar: FED, fiscal: COMMON_YEAR }
const RETAIL: Fiscal = { kind: 'weeks', pattern: '4-5-4', anchor: '2024-02-04', longYears: new Set(['2023-01-29']) }

function ruleOf(text: string): Rule {
  const reading = parseRule(text)
  assert.ok('rule' in reading, 'fault' in reading ? reading.fault.message : '')
  return reading.rule
}

function listDays(rule: Rule, { from, to, terms = TERMS }: { from: Day; to: Day; terms?: RuleTerms }): Day[] {
  const test = createDayTest(rule, terms)
  const days: Day[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) if (test(day)) days.push(day)
  return days
}

function daysOf(text: string, from: Day, to: Day): string {
  return listDays(ruleOf(text), { from, to }).join(' ')
}

/** The last three business days of each month of the Fed, January to December; written down, not computed here. */
const MONTH_ENDS = {
  2024: '29/30/31 27/28/29 27/28/29 26/29/30 29/30/31 26/27/28 29/30/31 28/29/30 26/27/30 29/30/31 26/27/29 27/30/31',
  2025: '29/30/31 26/27/28 27/28/31 28/29/30 28/29/30 26/27/30 29/30/31 27/28/29 26/29/30 29/30/31 25/26/28 29/30/31',
  2026: '28/29/30 25/26/27 27/30/31 28/29/30 27/28/29 26/29/30 29/30/31 27/28/31 28/29/30 28/29/30 25/27/30 29/30/31',
  2027: '27/28/29 24/25/26 29/30/31 28/29/30 26/27/28 28/29/30 28/29/30 27/30/31 28/29/30 27/28/29 26/29/30 29/30/31',
  2028: '27/28/31 25/28/29 29/30/31 26/27/28 26/30/31 28/29/30 27/28/31 29/30/31 27/28/29 27/30/31 28/29/30 27/28/29',
  2029: '29/30/31 26/27/28 28/29/30 26/27/30 29/30/31 27/28/29 27/30/31 29/30/31 26/27/28 29/30/31 28/29/30 27/28/31',
  2030: '29/30/31 26/27/28 27/28/29 26/29/30 29/30/31 26/27/28 29/30/31 28/29/30 26/27/30 29/30/31 26/27/29 27/30/31',
}
/** The last five of each quarter. */
const QUARTER_ENDS = {
  2024: '03-25 03-26 03-27 03-28 03-29 06-24 06-25 06-26 06-27 06-28 09-24 09-25 09-26 09-27 09-30 12-24 12-26 12-27 12-30 12-31',
  2025: '03-25 03-26 03-27 03-28 03-31 06-24 06-25 06-26 06-27 06-30 09-24 09-25 09-26 09-29 09-30 12-24 12-26 12-29 12-30 12-31',
  2026: '03-25 03-26 03-27 03-30 03-31 06-24 06-25 06-26 06-29 06-30 09-24 09-25 09-28 09-29 09-30 12-24 12-28 12-29 12-30 12-31',
  2027: '03-25 03-26 03-29 03-30 03-31 06-24 06-25 06-28 06-29 06-30 09-24 09-27 09-28 09-29 09-30 12-27 12-28 12-29 12-30 12-31',
  2028: '03-27 03-28 03-29 03-30 03-31 06-26 06-27 06-28 06-29 06-30 09-25 09-26 09-27 09-28 09-29 12-22 12-26 12-27 12-28 12-29',
  2029: '03-26 03-27 03-28 03-29 03-30 06-25 06-26 06-27 06-28 06-29 09-24 09-25 09-26 09-27 09-28 12-24 12-26 12-27 12-28 12-31',
  2030: '03-25 03-26 03-27 03-28 03-29 06-24 06-25 06-26 06-27 06-28 09-24 09-25 09-26 09-27 09-30 12-24 12-26 12-27 12-30 12-31',
}

test('month-ends of the Fed from 2024 to 2030', () => {
  for (const [year, golden] of Object.entries(MONTH_ENDS)) {
    for (const [index, days] of golden.split(' ').entries()) {
      const from = `${year}-${String(index + 1).padStart(2, '0')}-01`
      const expected = days.split('/').map((day) => `${from.slice(0, 8)}${day}`)
      assert.equal(daysOf('last 3 bd of month', from, addDays(monthStart(from, 1), -1)), expected.join(' '))
    }
  }
})

test('quarter ends of the Fed from 2024 to 2030', () => {
  for (const [year, golden] of Object.entries(QUARTER_ENDS)) {
    const expected = golden.split(' ').map((day) => `${year}-${day}`)
    assert.equal(daysOf('last 5 bd of quarter', `${year}-01-01`, `${year}-12-31`), expected.join(' '))
  }
})

test('a payroll every second Friday goes out the day before a holiday', () => {
  assert.equal(
    daysOf('every 2nd fri from 2026-01-09 roll(prev)', '2025-12-01', '2026-03-01'),
    '2026-01-09 2026-01-23 2026-02-06 2026-02-20',
  )
  assert.equal(
    daysOf('every 2nd fri from 2026-01-09 roll(prev)', '2026-11-10', '2027-01-31'),
    '2026-11-13 2026-11-27 2026-12-11 2026-12-24 2027-01-08 2027-01-22',
  )
})

test('the other forms, by hand', () => {
  const november = (text: string): string => daysOf(text, '2026-11-01', '2026-11-30').replaceAll('2026-11-', '')
  assert.equal(daysOf('last 2 days of month', '2028-02-01', '2028-02-29'), '2028-02-28 2028-02-29')
  assert.equal(november('first 2 bd of month'), '02 03')
  assert.equal(november('first 2 days of month'), '01 02')
  assert.equal(november('days 1-3, 15, 31 of month'), '01 02 03 15')
  assert.equal(november('2nd tue of month'), '10')
  assert.equal(november('1st sun of month'), '01')
  assert.equal(november('5th mon of month'), '30')
  assert.equal(november('5th tue of month'), '')
  assert.equal(november('last fri of month'), '27')
  assert.equal(november('last mon of month'), '30')
  assert.equal(november('last tue of month'), '24')
  assert.equal(november('fri-mon and days 12-17 of month'), '13 14 15 16')
  assert.equal(november('holiday'), '11 26')
  assert.equal(november('bd and days 23-30 of month'), '23 24 25 27 30')
  assert.equal(november('day 15 of month roll(prev) or last 1 bd of month'), '13 30')
  assert.equal(november('day 15 of month roll(next)'), '16')
  assert.equal(november('holiday roll(next)'), '12 27')
  assert.equal(november('1 bd before holiday'), '10 25')
  assert.equal(november('1 bd after holiday'), '12 27')
  assert.equal(november('2 bd before day 15 of month'), '12')
  assert.equal(november('last 3 bd of month and not last 1 bd of month'), '25 27')
})

test('a modified roll stays in its month', () => {
  // 31 January 2026 and 28 February 2026 are Saturdays, 31 October 2026 too.
  assert.equal(daysOf('last 1 days of month roll(modified)', '2026-01-20', '2026-03-10'), '2026-01-30 2026-02-27')
  assert.equal(daysOf('day 15 of month roll(modified)', '2026-11-01', '2026-11-30'), '2026-11-16')
  assert.equal(daysOf('day 1 of month roll(modified)', '2026-08-01', '2026-08-31'), '2026-08-03')
})

test('fiscal years move quarters and years, and 4-5-4 moves months as well', () => {
  const february: RuleTerms = { calendar: FED, fiscal: { kind: 'months', startMonth: 2, startDay: 1 } }
  const of = (text: string, terms: RuleTerms, [from, to]: [Day, Day]): string =>
    listDays(ruleOf(text), { from, to, terms }).join(' ')
  assert.equal(of('last 2 bd of year', february, ['2025-06-01', '2026-12-31']), '2026-01-29 2026-01-30')
  assert.equal(
    of('last 1 bd of quarter', february, ['2026-01-01', '2026-12-31']),
    '2026-01-30 2026-04-30 2026-07-31 2026-10-30',
  )
  const retail: RuleTerms = { calendar: FED, fiscal: RETAIL }
  assert.equal(
    of('last 1 bd of month', retail, ['2024-02-04', '2024-08-03']),
    '2024-03-01 2024-04-05 2024-05-03 2024-05-31 2024-07-05 2024-08-02',
  )
  assert.equal(
    of('day 1 of month', retail, ['2024-02-01', '2024-05-10']),
    '2024-02-04 2024-03-03 2024-04-07 2024-05-05',
  )
  assert.equal(of('first 1 bd of year', retail, ['2023-01-01', '2025-12-31']), '2023-01-30 2024-02-05 2025-02-03')
})

const FROM = '2026-09-01'
const TO = '2027-02-28'
const calendars = fc.constantFrom<BusinessCalendar>(
  FED,
  { ...PLAIN_CALENDAR, base: 'target2', workWeek: new Set(['sun', 'mon', 'tue', 'wed', 'thu']) },
  { ...PLAIN_CALENDAR, base: 'uk', workWeek: new Set(['wed']) },
  { ...FED, added: new Set(['2026-11-27', '2026-11-30', '2026-12-31', '2027-01-04']) },
)

/** So far outside that whatever reaches in is seen. */
function around(rule: Rule, terms: RuleTerms): Day[] {
  return listDays(rule, { from: addDays(FROM, -200), to: addDays(TO, 200), terms })
}

function inside(days: readonly (Day | null)[]): Day[] {
  return [...new Set(days)]
    .filter((day) => day !== null)
    .filter((day) => day >= FROM && day <= TO)
    .toSorted()
}

const shifts = fc.record({ count: fc.integer({ min: 1, max: 8 }), side: fc.constantFrom('before', 'after') })

test('a shift moves each day by so many business days', () => {
  fc.assert(
    fc.property(anyRule, calendars, shifts, (of, calendar, { count, side }) => {
      const terms = { calendar, fiscal: COMMON_YEAR }
      const step = side === 'before' ? previousBusinessDay : nextBusinessDay
      const moved = around(of, terms).map((day) => {
        let at: Day | null = day
        for (let n = 0; n < count && at !== null; n += 1) at = step(calendar, at)
        return at
      })
      assert.deepEqual(listDays({ kind: 'shift', count, side, of }, { from: FROM, to: TO, terms }), inside(moved))
    }),
    { numRuns: 60 },
  )
})

test('before and after undo each other on business days', () => {
  fc.assert(
    fc.property(anyRule, calendars, shifts, (rule, calendar, { count, side }) => {
      const of: Rule = { kind: 'and', all: [rule, { kind: 'bd' }] }
      const there: Rule = { kind: 'shift', count, side, of }
      const undone: Rule = { kind: 'shift', count, side: side === 'before' ? 'after' : 'before', of: there }
      const terms = { calendar, fiscal: COMMON_YEAR }
      assert.deepEqual(listDays(undone, { from: FROM, to: TO, terms }), listDays(of, { from: FROM, to: TO, terms }))
    }),
    { numRuns: 60 },
  )
})

test('a roll lands on business days, moves no business day, and moves the others as it says', () => {
  const spanOf = createSpans(COMMON_YEAR)
  fc.assert(
    fc.property(anyRule, calendars, fc.constantFrom(...ROLLS), (of, calendar, to) => {
      const terms = { calendar, fiscal: COMMON_YEAR }
      const rolled = listDays({ kind: 'roll', to, of }, { from: FROM, to: TO, terms })
      assert.ok(rolled.every((day) => isBusinessDay(calendar, day)))
      const expected = around(of, terms).map((day) => {
        if (isBusinessDay(calendar, day)) return day
        const next = nextBusinessDay(calendar, day)
        if (to === 'next') return next
        const leaves = next !== null && spanOf(next, 'month').first !== spanOf(day, 'month').first
        return to === 'modified' && !leaves ? next : previousBusinessDay(calendar, day)
      })
      assert.deepEqual(rolled, inside(expected))
    }),
    { numRuns: 60 },
  )
})

test('not not r is r, and parts of an and or an or may come in any order', () => {
  fc.assert(
    fc.property(anyRule, anyRule, (one, other) => {
      const days = (rule: Rule): Day[] => listDays(rule, { from: FROM, to: TO })
      assert.deepEqual(days({ kind: 'not', of: { kind: 'not', of: one } }), days(one))
      for (const kind of ['and', 'or'] as const) {
        assert.deepEqual(days({ kind, all: [one, other] }), days({ kind, all: [other, one] }))
      }
      // De Morgan.
      const neither: Rule = { kind: 'not', of: { kind: 'or', all: [one, other] } }
      const both: Rule = {
        kind: 'and',
        all: [
          { kind: 'not', of: one },
          { kind: 'not', of: other },
        ],
      }
      assert.deepEqual(days(neither), days(both))
    }),
    { numRuns: 40 },
  )
})

test('first n and last n are exactly n days of each span that has so many, else all of it', () => {
  const edges = fc.record({
    kind: fc.constant('edge' as const),
    edge: fc.constantFrom('first', 'last'),
    count: fc.integer({ min: 1, max: 30 }),
    unit: fc.constantFrom('bd', 'days'),
    span: fc.constantFrom(...SPANS),
  })
  const anyTerms = fc.record({ calendar: calendars, fiscal: fc.constantFrom(COMMON_YEAR, RETAIL) })
  fc.assert(
    fc.property(edges, anyTerms, fc.nat(700), (rule, terms, offset) => {
      const { first, last } = createSpans(terms.fiscal)(addDays('2025-01-01', offset), rule.span)
      const all: Day[] = []
      for (let day = first; day <= last; day = addDays(day, 1)) {
        if (rule.unit === 'days' || isBusinessDay(terms.calendar, day)) all.push(day)
      }
      const expected = rule.edge === 'first' ? all.slice(0, rule.count) : all.slice(-rule.count)
      assert.deepEqual(listDays(rule, { from: first, to: last, terms }), expected)
    }),
  )
})

test('a shift reaches over many weeks of one business day each', () => {
  const terms = { calendar: { ...FED, workWeek: new Set(['wed' as const]) }, fiscal: COMMON_YEAR }
  let expected: Day | null = '2028-11-15'
  for (let n = 0; n < 100 && expected !== null; n += 1) expected = previousBusinessDay(terms.calendar, expected)
  const rule = ruleOf('100 bd before every wed from 2028-11-15')
  assert.equal(listDays(rule, { from: '2026-01-01', to: '2027-12-31', terms })[0], expected)
})

test('rules end where the calendar does not open, for good or for years', () => {
  const forGood = { calendar: { ...FED, workWeek: new Set<Weekday>() }, fiscal: COMMON_YEAR }
  for (const text of [
    'holiday roll(next)',
    'sat roll(modified)',
    '3 bd before sat',
    'last 3 bd of year',
    '9 bd after bd',
  ]) {
    assert.deepEqual(listDays(ruleOf(text), { from: FROM, to: TO, terms: forGood }), [], text)
  }
  const closed = Array.from({ length: 1000 }, (_, offset) => addDays('2027-01-01', offset))
  const forYears = { calendar: { ...FED, added: new Set(closed) }, fiscal: COMMON_YEAR }
  const december = (text: string): Day[] =>
    listDays(ruleOf(text), { from: '2026-12-29', to: '2027-01-10', terms: forYears })
  assert.deepEqual(december('bd'), ['2026-12-29', '2026-12-30', '2026-12-31'])
  assert.deepEqual(december('1 bd before every mon from 2027-01-04'), ['2026-12-31'])
  assert.deepEqual(december('2 bd before every mon from 2029-01-01'), [])
  assert.deepEqual(december('every mon from 2028-06-05 roll(prev)'), [])
})

test('nesting adds to the cost of a rule and does not multiply it', () => {
  let questions = 0
  class Counted extends Set<Weekday> {
    override has(weekday: Weekday): boolean {
      questions += 1
      return super.has(weekday)
    }
  }
  const terms = { calendar: { ...FED, workWeek: new Counted(FED.workWeek) }, fiscal: COMMON_YEAR }
  const cost = (text: string, levels: number): number => {
    questions = 0
    listDays(ruleOf(`${text.repeat(levels)}holiday`), { from: FROM, to: TO, terms })
    return questions
  }
  for (const text of ['2 bd before ', '2 bd before not ']) {
    const [few, many] = [cost(text, 3), cost(text, 9)]
    assert.ok(few > 0 && many < 6 * few, `${many} against ${few}`)
  }
})

test('the nth business day is one day of each span, counted without holidays; a span with fewer has none', () => {
  assert.equal(daysOf('3rd bd of month', '2026-01-01', '2026-03-31'), '2026-01-06 2026-02-04 2026-03-04')
  assert.equal(daysOf('3rd bd of quarter', '2026-01-01', '2026-09-30'), '2026-01-06 2026-04-03 2026-07-03')
  assert.equal(daysOf('1st bd of year', '2026-01-01', '2026-12-31'), '2026-01-02')
  assert.equal(daysOf('23rd bd of month', '2026-01-01', '2026-12-31'), '2026-07-31', 'the one month with so many')
})
