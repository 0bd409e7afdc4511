import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyRule } from '../../../test/support/any-rule.ts'
import { addDays } from '../day.ts'
import { PLAIN_CALENDAR, type BusinessCalendar } from './business-days.ts'
import { COMMON_YEAR } from './fiscal.ts'
import { formatRule } from './format-rule.ts'
import { createDayTest } from './match-rule.ts'
import { parseRule } from './parse-rule.ts'
import type { Period } from './period.ts'
import { windowsOf, type Window } from './windows.ts'
import { localDayOf } from './zone.ts'

const HOUR_MS = 3_600_000
const FED: BusinessCalendar = { ...PLAIN_CALENDAR, name: 'fed', base: 'us-fed' }

function period(when: string, more: Partial<Period> = {}): Period {
  const reading = parseRule(when)
  assert.ok('rule' in reading)
  return {
    name: 'some',
    label: 'Some',
    days: { rule: reading.rule },
    calendar: FED,
    timeZone: 'America/New_York',
    fiscal: COMMON_YEAR,
    hours: null,
    leadMs: 0,
    tailMs: 0,
    rampMs: 0,
    isBridged: false,
    priority: 0,
    source: { file: 'calendar.yaml', line: 1 },
    ...more,
  }
}

function shown(of: Period, fromDay: string, toDay: string): string[] {
  const short = (ms: number): string => new Date(ms).toISOString().slice(5, 16)
  return windowsOf(of, { fromDay, toDay }).map(({ startMs, endMs }) => `${short(startMs)} ${short(endMs)}`)
}

test('days next to each other are one window, from local midnight to local midnight', () => {
  assert.deepEqual(shown(period('last 3 bd of month'), '2026-11-01', '2026-12-31'), [
    '11-25T05:00 11-26T05:00',
    '11-27T05:00 11-28T05:00',
    '11-30T05:00 12-01T05:00',
    '12-29T05:00 01-01T05:00',
  ])
})

test('a bridge fills what has no business between two days of a run, and nothing else', () => {
  assert.deepEqual(shown(period('last 3 bd of month', { isBridged: true }), '2026-11-01', '2026-12-31'), [
    '11-25T05:00 12-01T05:00',
    '12-29T05:00 01-01T05:00',
  ])
  // The weekend before Monday the 9th; not Wednesday the 4th, nor the weekend after the 13th, which a Monday follows.
  assert.deepEqual(shown(period('days 3, 5-6, 9, 13, 17 of month', { isBridged: true }), '2026-11-01', '2026-11-30'), [
    '11-03T05:00 11-04T05:00',
    '11-05T05:00 11-10T05:00',
    '11-13T05:00 11-14T05:00',
    '11-17T05:00 11-18T05:00',
  ])
  assert.deepEqual(shown(period('day 9 of month', { isBridged: true }), '2026-11-07', '2026-11-15'), [
    '11-09T05:00 11-10T05:00',
  ])
  // Wednesday the 11th is a holiday.
  assert.deepEqual(shown(period('days 10, 12 of month', { isBridged: true }), '2026-11-01', '2026-11-30'), [
    '11-10T05:00 11-13T05:00',
  ])
})

test('days on which the clocks change are 23 and 25 hours long', () => {
  const length = (day: string): number[] =>
    windowsOf(period('sun'), { fromDay: day, toDay: day }).map(({ startMs, endMs }) => (endMs - startMs) / HOUR_MS)
  assert.deepEqual(['2026-03-08', '2026-11-01', '2026-11-08'].flatMap(length), [23, 25, 24])
})

test('hours are of the local day and may run past midnight', () => {
  const payroll = period('every 2nd fri from 2026-01-09 roll(prev)', { hours: [6 * 60, 20 * 60] })
  assert.deepEqual(shown(payroll, '2026-12-20', '2026-12-31'), ['12-24T11:00 12-25T01:00'])
  const night = period('sat', { hours: [22 * 60, 6 * 60] })
  assert.deepEqual(shown(night, '2026-03-07', '2026-03-14'), ['03-08T03:00 03-08T10:00', '03-15T02:00 03-15T10:00'])
  assert.deepEqual(shown(period('days 2-3 of month', { hours: [0, 1440] }), '2026-02-01', '2026-02-28'), [
    '02-02T05:00 02-04T05:00',
  ])
  // From two to three o'clock, on the day on which that hour is skipped.
  assert.deepEqual(shown(period('sun', { hours: [120, 180] }), '2026-03-01', '2026-03-14'), ['03-01T07:00 03-01T08:00'])
})

test('lead and tail are added to the whole, and what then touches is one', () => {
  const close = period('last 3 bd of month', { leadMs: 4 * HOUR_MS, tailMs: HOUR_MS })
  assert.deepEqual(shown(close, '2026-11-01', '2026-11-30'), [
    '11-25T01:00 11-26T06:00',
    '11-27T01:00 11-28T06:00',
    '11-30T01:00 12-01T06:00',
  ])
  const long = period('last 3 bd of month', { leadMs: 24 * HOUR_MS })
  assert.deepEqual(shown(long, '2026-11-01', '2026-11-30'), ['11-24T05:00 11-28T05:00', '11-29T05:00 12-01T05:00'])
})

test('single days need no rule, and a leap day is one', () => {
  const board = period('bd', { days: { dates: new Set(['2026-12-03', '2026-01-01', '2031-01-01']) } })
  assert.deepEqual(shown(board, '2026-06-01', '2027-06-01'), ['12-03T05:00 12-04T05:00'])
  assert.deepEqual(shown(period('last 2 days of month'), '2028-02-01', '2028-02-29'), ['02-28T05:00 03-01T05:00'])
})

const anyPeriod = fc
  .record({
    rule: anyRule,
    timeZone: fc.constantFrom('America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'UTC'),
    hours: fc.option(fc.tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1440 }))),
    leadMs: fc.constantFrom(0, HOUR_MS, 30 * HOUR_MS),
    tailMs: fc.constantFrom(0, HOUR_MS, 30 * HOUR_MS),
    isBridged: fc.boolean(),
  })
  .map(({ rule, ...more }) => period(formatRule(rule), more))

const SPAN = { fromDay: '2026-02-20', toDay: '2026-04-20' }

test('windows are in order and never touch', () => {
  fc.assert(
    fc.property(anyPeriod, (of) => {
      let lastEnd = -Infinity
      for (const { startMs, endMs } of windowsOf(of, SPAN)) {
        assert.ok(startMs > lastEnd && endMs > startMs)
        lastEnd = endMs
      }
    }),
    { numRuns: 300 },
  )
})

test('an instant is in a window exactly when its local day is one of the rule', () => {
  const instants = fc.integer({ min: Date.parse('2026-02-22'), max: Date.parse('2026-04-18') })
  fc.assert(
    fc.property(anyPeriod, fc.array(instants, { minLength: 20, maxLength: 20 }), (of, asked) => {
      const plain = { ...of, hours: null, leadMs: 0, tailMs: 0, isBridged: false }
      assert.ok('rule' in plain.days)
      const isDay = createDayTest(plain.days.rule, plain)
      const windows = windowsOf(plain, SPAN)
      for (const atMs of asked) assert.equal(isIn(windows, atMs), isDay(localDayOf(plain.timeZone, atMs)))
      const surrounded = windowsOf({ ...plain, leadMs: of.leadMs, tailMs: of.tailMs }, SPAN)
      for (const atMs of asked) {
        const isNear = windows.some(({ startMs, endMs }) => atMs >= startMs - of.leadMs && atMs < endMs + of.tailMs)
        assert.equal(isIn(surrounded, atMs), isNear)
      }
    }),
    { numRuns: 200 },
  )
})

test('a bridge only adds, and only days without business', () => {
  fc.assert(
    fc.property(anyPeriod, (of) => {
      const plain = { ...of, hours: null, leadMs: 0, tailMs: 0 }
      const without = windowsOf({ ...plain, isBridged: false }, SPAN)
      const bridged = windowsOf({ ...plain, isBridged: true }, SPAN)
      const closed = windowsOf({ ...period('not bd'), timeZone: of.timeZone }, SPAN)
      for (let day = SPAN.fromDay; day <= SPAN.toDay; day = addDays(day, 1)) {
        const noonMs = Date.parse(`${day}T02:30:00Z`)
        if (isIn(without, noonMs)) assert.ok(isIn(bridged, noonMs))
        if (isIn(bridged, noonMs)) assert.ok(isIn(without, noonMs) || isIn(closed, noonMs))
      }
    }),
  )
})

function isIn(windows: readonly Window[], atMs: number): boolean {
  return windows.some(({ startMs, endMs }) => atMs >= startMs && atMs < endMs)
}
