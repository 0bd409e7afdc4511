import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { allocatedBytes } from '../../../test/support/allocated-bytes.ts'
import { addDays } from '../day.ts'
import { defineBusinessCalendar } from './define-business-calendar.ts'
import { definePeriod, type WrittenPeriod } from './define-period.ts'
import type { Period } from './period.ts'
import { activePeriods, compilePlan, isActive, planSpan, upcoming, type CalendarPlan } from './plan.ts'
import { windowsOf } from './windows.ts'

const SOURCE = { file: 'calendar.yaml', line: 1 }
const HOUR_MS = 3_600_000

function period(written: Partial<WrittenPeriod>): Period {
  const calendar = defineBusinessCalendar({ name: 'ny', base: 'us-fed', timezone: 'America/New_York', source: SOURCE })
  assert.ok('value' in calendar)
  const whole = { name: 'some', source: SOURCE, calendar: 'ny', ...written }
  const defined = definePeriod(whole, new Map([['ny', calendar.value]]))
  assert.ok('value' in defined)
  return defined.value
}

const PERIODS = [
  period({ name: 'month-end-close', when: 'last 3 bd of month', lead: '4h', bridge: true, priority: 50 }),
  period({ name: 'quarter-end', when: 'last 5 bd of quarter', priority: 80 }),
  period({ name: 'rent-due', when: 'days 1-5 of month', timezone: 'America/Chicago', lead: '2h' }),
  period({ name: 'always', when: 'bd or not bd', priority: -5 }),
]
const SPAN = { fromDay: '2026-09-01', toDay: '2027-02-28' }
const PLAN = compilePlan({ periods: PERIODS, policies: [] }, SPAN)

function names(plan: CalendarPlan, at: string): string {
  return activePeriods(plan, Date.parse(at))
    .map(({ name }) => name)
    .join(' ')
}

test('a plan covers ninety days back and four hundred ahead', () => {
  assert.deepEqual(planSpan('2026-11-28'), { fromDay: '2026-08-30', toDay: '2028-01-02' })
})

test('the periods in force, highest priority first; windows hold their start and not their end', () => {
  assert.equal(names(PLAN, '2026-11-25T00:59:59.999Z'), 'always')
  assert.equal(names(PLAN, '2026-11-25T01:00:00Z'), 'month-end-close always')
  assert.equal(names(PLAN, '2026-11-28T12:00:00Z'), 'month-end-close always')
  assert.equal(names(PLAN, '2026-12-01T04:59:59.999Z'), 'month-end-close rent-due always')
  assert.equal(names(PLAN, '2026-12-01T05:00:00Z'), 'rent-due always')
  assert.equal(names(PLAN, '2026-12-30T12:00:00Z'), 'quarter-end month-end-close always')
  assert.equal(isActive(PLAN, 'quarter-end', Date.parse('2026-12-30T12:00:00Z')), true)
  assert.equal(isActive(PLAN, 'quarter-end', Date.parse('2026-11-30T12:00:00Z')), false)
})

test('starts and ends come in order, ends before starts and high priorities before low ones', () => {
  const edges = upcoming(PLAN, Date.parse('2026-12-24T00:00:00Z'), Date.parse('2027-01-07T00:00:00Z'))
  assert.deepEqual(
    edges.map(
      ({ atMs, period: { name }, isStart }) =>
        `${new Date(atMs).toISOString().slice(5, 16)} ${isStart ? '+' : '-'}${name}`,
    ),
    [
      '12-24T05:00 +quarter-end',
      '12-25T05:00 -quarter-end',
      '12-28T05:00 +quarter-end',
      '12-29T01:00 +month-end-close',
      '01-01T04:00 +rent-due',
      '01-01T05:00 -quarter-end',
      '01-01T05:00 -month-end-close',
      '01-06T06:00 -rent-due',
    ],
  )
  const twins = compilePlan(
    { periods: [period({ name: 'a', when: 'sat' }), period({ name: 'b', when: 'sun', priority: 1 })], policies: [] },
    SPAN,
  )
  const sunday = Date.parse('2026-11-29T05:00:00Z')
  assert.deepEqual(
    upcoming(twins, sunday, sunday + 1).map((edge) => edge.period.name),
    ['a', 'b'],
  )
  assert.deepEqual(upcoming(twins, sunday - 1, sunday), [])
})

test('outside of the plan nothing is guessed', () => {
  const outside = /worked out from 2026-09-01 up to 2027-03-01; .* lies outside\. Compile it anew\./
  for (const atMs of [PLAN.fromMs - 1, PLAN.toMs, Number.NaN, Infinity, 8.7e15]) {
    assert.throws(() => activePeriods(PLAN, atMs), { name: 'RangeError', message: outside })
    assert.throws(() => isActive(PLAN, 'always', atMs), { name: 'RangeError', message: outside })
    assert.throws(() => upcoming(PLAN, atMs, PLAN.toMs), RangeError)
  }
  assert.throws(() => upcoming(PLAN, PLAN.fromMs, PLAN.toMs + 1), RangeError)
  assert.equal(upcoming(PLAN, PLAN.toMs - 1, PLAN.toMs).length, 0)
  assert.throws(() => isActive(PLAN, 'quater-end', PLAN.fromMs), /no period quater-end/)
})

test('what reaches into a plan from outside its days is whole', () => {
  const far = period({ name: 'far', when: 'every 52nd mon from 2027-03-22', lead: '30d' })
  const plan = compilePlan({ periods: [far], policies: [] }, SPAN)
  assert.deepEqual(
    upcoming(plan, plan.fromMs, plan.toMs).map(({ atMs }) => new Date(atMs).toISOString()),
    ['2027-02-20T04:00:00.000Z'],
  )
  assert.equal(names(plan, '2027-02-28T23:59:59Z'), 'far')
})

test('an instant has the same periods in every plan that covers it, and in their windows', () => {
  const instants = fc.integer({ min: Date.parse('2026-10-01'), max: Date.parse('2027-01-31') })
  const other = compilePlan({ periods: PERIODS, policies: [] }, { fromDay: '2026-09-17', toDay: '2027-02-03' })
  const wide = { fromDay: addDays(SPAN.fromDay, -100), toDay: addDays(SPAN.toDay, 100) }
  const windows = PERIODS.map((of) => ({ of, windows: windowsOf(of, wide) }))
  fc.assert(
    fc.property(instants, (atMs) => {
      const active = activePeriods(PLAN, atMs)
      assert.deepEqual(activePeriods(other, atMs), active)
      for (const { of, windows: its } of windows) {
        const isIn = its.some(({ startMs, endMs }) => atMs >= startMs && atMs < endMs)
        assert.equal(active.includes(of), isIn)
        assert.equal(isActive(PLAN, of.name, atMs), isIn)
      }
    }),
  )
})

test('asking whether a period is in force makes no objects', () => {
  let active = 0
  const bytes = allocatedBytes(() => {
    for (let step = 0; step < 2000; step += 1) {
      if (isActive(PLAN, 'month-end-close', PLAN.fromMs + step * HOUR_MS)) active += 1
    }
  })
  assert.ok(active > 0)
  // The smallest object each time would be 24 thousand.
  assert.ok(bytes < 12_000, `${bytes} bytes`)
})
