import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { effective, type KnobValue } from './effective.ts'
import type { CalendarPlan } from './plan.ts'
import { listValueChanges, type ValueChange } from './value-changes.ts'

const SPAN = { fromDay: '2026-11-01', toDay: '2027-01-31' }
const START_MS = Date.parse('2026-11-10T12:00:00Z')
const END_MS = Date.parse('2026-12-10T12:00:00Z')
const RATE = { key: 'limits.member.rate', base: 10 }
const CLOSE = { when: 'last 3 bd of month', calendar: 'ny', bridge: true, priority: 50 } as const

function planWith(short: ShortDefinition, span = SPAN): CalendarPlan {
  return planOf(short, span)
}

/** With one period, and what it does to the rate. */
function rateBy(period: ShortDefinition['periods'][string], says: string): CalendarPlan {
  return planWith({ periods: { some: period }, policies: [['some', { 'limits.*.rate': says }]] })
}

/** `20 to 40 11-25T05:00 12-01T05:00`, with ` by ramp`. */
function tell({ before, after, startMs, endMs, isMoving }: ValueChange): string {
  const [from, to] = [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(5, 16))
  return `${JSON.stringify(before)} to ${JSON.stringify(after)} ${from} ${to}${isMoving ? ' by ramp' : ''}`
}

function changes(from: CalendarPlan, to: CalendarPlan, question: { key: string; base: KnobValue } = RATE): string[] {
  return listValueChanges({ from, to, startMs: START_MS, endMs: END_MS }, question).map(tell)
}

test('a changed factor of a period to come is told with its stretch; a calendar that is the same changes nothing', () => {
  assert.deepEqual(changes(rateBy(CLOSE, 'x2'), rateBy(CLOSE, 'x4')), ['20 to 40 11-25T05:00 12-01T05:00'])
  assert.deepEqual(changes(rateBy(CLOSE, 'x2'), rateBy(CLOSE, 'x2')), [])
  assert.deepEqual(changes(rateBy(CLOSE, 'x2'), rateBy({ ...CLOSE, bridge: false }, 'x2')), [
    '20 to 10 11-26T05:00 11-27T05:00',
    '20 to 10 11-28T05:00 11-30T05:00',
  ])
})

test('a period that is moved leaves its days and takes others, and what begins before or ends after is cut to the span', () => {
  const [early, late] = [{ when: 'days 9-12 of month' }, { when: 'days 11-13 of month' }]
  assert.deepEqual(changes(rateBy(early, 'x2'), rateBy(late, 'x2')), [
    '20 to 10 11-10T12:00 11-11T00:00',
    '10 to 20 11-13T00:00 11-14T00:00',
    '20 to 10 12-09T00:00 12-10T12:00',
  ])
})

test('neighbours of the same values are one, whatever begins and ends between them', () => {
  const periods = {
    all: { when: 'mon-sun' },
    week: { when: 'mon-fri' },
    night: { when: 'bd', hours: ['20:00', '06:00'] },
  }
  const before = planWith({ periods, policies: [['all or week or night', { 'limits.*.rate': 'x2' }]] })
  const after = planWith({ periods, policies: [['all or week or night', { 'limits.*.rate': 'x3' }]] })
  assert.deepEqual(changes(before, after), ['20 to 30 11-10T12:00 12-10T12:00'])
})

test('a ramp belongs to what it leads to and from, between two to the first', () => {
  const ramped = { ...CLOSE, ramp: '2h' }
  assert.deepEqual(changes(rateBy(ramped, 'x2'), rateBy(ramped, 'x4')), ['20 to 40 11-25T05:00 12-01T05:00 by ramp'])
  // On its way one is farther from the other than between the ramps.
  assert.deepEqual(changes(rateBy(ramped, 'x2'), rateBy(CLOSE, 'x3')), ['20 to 30 11-25T05:00 12-01T05:00 by ramp'])
  // Only the way differs: farthest apart where the one has arrived.
  assert.deepEqual(changes(rateBy({ ...CLOSE, ramp: '1h' }, 'x2'), rateBy(ramped, 'x2')), [
    '20 to 15 11-25T05:00 11-25T07:00 by ramp',
    '20 to 15 12-01T03:00 12-01T05:00 by ramp',
  ])
  // Too short to arrive: farthest apart where the two ramps meet.
  const short = { when: 'day 20 of month', ramp: '24h' }
  assert.deepEqual(changes(rateBy(short, 'x1'), rateBy(short, 'x3')), ['10 to 20 11-20T00:00 11-21T00:00 by ramp'])
  const steps = (says: string): CalendarPlan =>
    planWith({
      periods: { one: { when: 'day 20 of month' }, two: { when: 'day 21 of month', ramp: '6h', priority: 9 } },
      policies: [
        ['one', { 'limits.*.rate': says }],
        ['two', { 'limits.*.rate': says === 'x2' ? 'x3' : 'x5' }],
      ],
    })
  assert.deepEqual(changes(steps('x2'), steps('x4')), [
    '20 to 40 11-20T00:00 11-21T06:00 by ramp',
    '30 to 50 11-21T06:00 11-22T00:00 by ramp',
  ])
})

test('what is no number is compared too', () => {
  const freezing = (isOn: boolean, context: string): CalendarPlan =>
    planWith({
      periods: { close: CLOSE },
      policies: [['close', { 'freeze.deploys': isOn, context, 'backup.at': '02:30' }]],
    })
  const [before, after] = [freezing(false, 'A'), freezing(true, 'B')]
  assert.deepEqual(changes(before, after, { key: 'freeze.deploys', base: false }), [
    'false to true 11-25T05:00 12-01T05:00',
  ])
  assert.deepEqual(changes(before, after, { key: 'context', base: [] }), ['["A"] to ["B"] 11-25T05:00 12-01T05:00'])
  assert.deepEqual(changes(before, after, { key: 'backup.at', base: null }), [])
})

const BUSY: ShortDefinition['periods'] = {
  close: { ...CLOSE, ramp: '3h' },
  quarter: { when: 'last 5 bd of quarter', calendar: 'ny', priority: 80, ramp: '30m' },
  nights: { when: 'mon-sun', hours: ['22:00', '06:00'], priority: 10 },
  fair: { dates: ['2026-11-18', '2026-12-02'], priority: 50, ramp: '1h' },
}

test('a value differs exactly where it is told, and as it is told where nothing is on its way', () => {
  const from = planWith({
    periods: BUSY,
    policies: [
      ['close', { 'limits.*.rate': 'x2' }],
      ['nights', { 'limits.*.rate': 'x0.5' }],
      ['fair', { 'limits.*.rate': 'x3' }],
    ],
  })
  const to = planWith({
    periods: { ...BUSY, nights: { when: 'mon-sun', hours: ['21:00', '05:00'], priority: 10 } },
    policies: [
      ['close and not fair', { 'limits.*.rate': 'x2.5' }],
      ['nights', { 'limits.*.rate': 'x0.5' }],
      ['fair', { 'limits.*.rate': 30 }],
    ],
  })
  const told = listValueChanges({ from, to, startMs: START_MS, endMs: END_MS }, RATE)
  assert.ok(told.length > 10)
  fc.assert(
    fc.property(fc.integer({ min: START_MS, max: END_MS - 1 }), (atMs) => {
      const [before, after] = [from, to].map((plan) => Number(effective(plan, RATE, atMs).value))
      const change = told.find(({ startMs, endMs }) => startMs <= atMs && atMs < endMs)
      if (!change) assert.ok(Math.abs(Number(before) - Number(after)) < 1e-9, new Date(atMs).toISOString())
      else if (!change.isMoving) assert.deepEqual([before, after], [change.before, change.after])
    }),
    { numRuns: 2000 },
  )
})

test('it costs a look at each stretch between two edges of the span, however long the plans are', () => {
  let looks = 0
  /** Each look at what is in force reads the runs of each of its policies. */
  const counted = (plan: CalendarPlan): CalendarPlan => ({
    ...plan,
    policies: plan.policies.map((planned) => ({
      ...planned,
      get boundaries() {
        looks += 1
        return planned.boundaries
      },
    })),
  })
  const short: ShortDefinition = { periods: BUSY, policies: [['nights', { 'limits.*.rate': 'x2' }]] }
  const other: ShortDefinition = { periods: BUSY, policies: [['nights', { 'limits.*.rate': 'x3' }]] }
  const cost = (span: typeof SPAN): number => {
    looks = 0
    const [from, to] = [counted(planOf(short, span)), counted(planOf(other, span))]
    assert.equal(listValueChanges({ from, to, startMs: START_MS, endMs: END_MS }, RATE).length, 30)
    return looks
  }
  // 30 nights, 61 stretches, two calendars, three readings for each look and one for the edges.
  assert.ok(cost(SPAN) <= 61 * 2 * 3 + 2, String(cost(SPAN)))
  assert.equal(cost({ fromDay: '2024-01-01', toDay: '2030-12-31' }), cost(SPAN))
})

test('outside of what is worked out nothing is compared', () => {
  const [from, to] = [rateBy(CLOSE, 'x2'), rateBy(CLOSE, 'x4')]
  const compared = { from, to, startMs: START_MS, endMs: Date.parse('2028-01-01T00:00:00Z') }
  assert.throws(() => listValueChanges(compared, RATE), RangeError)
  assert.throws(() => listValueChanges({ ...compared, endMs: END_MS }, { ...RATE, key: 'moon.phase' }), RangeError)
})
