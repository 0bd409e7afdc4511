import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addDays,
  addMonths,
  dayAt,
  instantOf,
  localTimeAt,
  monthOf,
  reachable,
  reachOf,
  sameDayIn,
  startOfDay,
  weeksOf,
} from './calendar-days.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ZONES = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Africa/Cairo']

function lengthOf(zone: string, day: string): number {
  return (startOfDay(zone, addDays(day, 1)) - startOfDay(zone, day)) / HOUR
}

test('a day on which clocks change is an hour shorter or longer', () => {
  assert.equal(lengthOf('America/New_York', '2026-03-08'), 23)
  assert.equal(lengthOf('America/New_York', '2026-11-01'), 25)
  assert.equal(lengthOf('Europe/Berlin', '2026-03-29'), 23)
  assert.equal(lengthOf('Australia/Lord_Howe', '2026-04-05'), 24.5)
  assert.equal(lengthOf('Europe/Berlin', '2026-03-30'), 24)
})

test('where midnight itself is skipped the day begins when the clocks jump', () => {
  assert.equal(new Date(startOfDay('Africa/Cairo', '2026-04-24')).toISOString(), '2026-04-23T22:00:00.000Z')
  assert.equal(localTimeAt('Africa/Cairo', startOfDay('Africa/Cairo', '2026-04-24')).time, '01:00')
})

test('a time that comes twice is the first, one that is skipped lies after the jump', () => {
  const zone = 'Europe/Berlin'
  assert.equal(
    new Date(instantOf(zone, { day: '2026-10-25', time: '02:30' })).toISOString(),
    '2026-10-25T00:30:00.000Z',
  )
  assert.equal(
    new Date(instantOf(zone, { day: '2026-03-29', time: '02:30' })).toISOString(),
    '2026-03-29T01:30:00.000Z',
  )
})

test('each minute is an instant of the local time that it shows, and each day begins on itself', () => {
  const minute = fc.integer({ min: Date.parse('2024-01-01') / 60_000, max: Date.parse('2030-01-01') / 60_000 })
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), minute, (zone, at) => {
      const shown = localTimeAt(zone, at * 60_000)
      assert.deepEqual(localTimeAt(zone, instantOf(zone, shown)), shown)
      assert.equal(dayAt(zone, startOfDay(zone, shown.day)), shown.day)
      assert.equal(dayAt(zone, startOfDay(zone, shown.day) - 1), addDays(shown.day, -1))
    }),
    { numRuns: 300 },
  )
})

test('a month has six weeks from Monday, its first among the first seven days', () => {
  const november = weeksOf('2026-11')
  assert.equal(november.length, 6)
  assert.deepEqual(november[0], [
    '2026-10-26',
    '2026-10-27',
    '2026-10-28',
    '2026-10-29',
    '2026-10-30',
    '2026-10-31',
    '2026-11-01',
  ])
  assert.equal(november[5]?.[6], '2026-12-06')
  assert.equal(weeksOf('2027-02')[0]?.[0], '2027-02-01')
})

test('months go on over the turn of a year, and a day keeps its place in them as far as they have it', () => {
  assert.equal(addMonths('2026-12', 1), '2027-01')
  assert.equal(addMonths('2026-01', -1), '2025-12')
  assert.equal(monthOf('2026-12-31'), '2026-12')
  assert.equal(sameDayIn('2028-02', '2028-01-31'), '2028-02-29')
  assert.equal(sameDayIn('2026-12', '2026-11-05'), '2026-12-05')
  assert.equal(sameDayIn('2026-12', '2026-10-31'), '2026-12-31')
})

test('what is asked is held to the days that the calendar is worked out for', () => {
  const now = Date.parse('2026-11-29T12:00:00Z')
  assert.deepEqual(reachable({ fromMs: now, toMs: now + 42 * DAY }, now), {
    from: '2026-11-29T12:00:00.000Z',
    days: 42,
  })
  assert.deepEqual(reachable({ fromMs: now - 100 * DAY, toMs: now - 80 * DAY }, now), {
    from: '2026-09-01T00:00:00.000Z',
    days: 10,
  })
  assert.deepEqual(reachOf('Asia/Kolkata', now), ['2026-09-02', '2028-01-01'])
  assert.equal(reachable({ fromMs: now + 500 * DAY, toMs: now + 540 * DAY }, now), null)
})
