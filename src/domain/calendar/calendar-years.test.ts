import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { addDays, daysBetween, type Day } from '../day.ts'
import { upcoming, type CalendarPlan } from './plan.ts'
import { weekdayOf } from './weekday.ts'
import { localDayOf } from './zone.ts'

/** Whole definitions over the years 2024 to 2030, against days that were written down from paper calendars. */
const YEARS = { fromDay: '2024-01-01', toDay: '2030-12-31' }

function planWith(period: ShortDefinition['periods'][string], span = YEARS): CalendarPlan {
  return planOf({ periods: { some: { calendar: 'ny', ...period } }, policies: [] }, span)
}

/** `11-25T05:00 24h` for each window. */
function windowsOf(plan: CalendarPlan): string[] {
  const edges = upcoming(plan, plan.fromMs, plan.toMs)
  return edges.flatMap(({ atMs, isStart }, index) => {
    const endMs = edges[index + 1]?.atMs
    if (!isStart || endMs === undefined) return []
    return [`${new Date(atMs).toISOString().slice(5, 16)} ${(endMs - atMs) / 3_600_000}h`]
  })
}

/** Every local day of a period, also of those that make one window. */
function daysOf(plan: CalendarPlan, timeZone = 'America/New_York'): Day[] {
  const edges = upcoming(plan, plan.fromMs, plan.toMs)
  return edges.flatMap(({ atMs, isStart }, index) => {
    if (!isStart) return []
    const [first, after] = [atMs, edges[index + 1]?.atMs ?? plan.toMs].map((ms) => localDayOf(timeZone, ms))
    if (first === undefined || after === undefined) return []
    return Array.from({ length: daysBetween(first, after) }, (_, offset) => addDays(first, offset))
  })
}

test('the month-ends of 2026 in New York, as instants', () => {
  const plan = planWith({ when: 'last 3 bd of month' }, { fromDay: '2026-01-01', toDay: '2027-01-01' })
  assert.deepEqual(windowsOf(plan), [
    '01-28T05:00 72h',
    '02-25T05:00 72h',
    '03-27T04:00 24h',
    '03-30T04:00 48h',
    '04-28T04:00 72h',
    '05-27T04:00 72h',
    '06-26T04:00 24h',
    '06-29T04:00 48h',
    '07-29T04:00 72h',
    '08-27T04:00 48h',
    '08-31T04:00 24h',
    '09-28T04:00 72h',
    '10-28T04:00 72h',
    '11-25T05:00 24h',
    '11-27T05:00 24h',
    '11-30T05:00 24h',
    '12-29T05:00 72h',
  ])
})

test('windows over a change of the clocks are an hour shorter or longer, in each year and zone', () => {
  const days: readonly (readonly [zone: string, day: Day, window: string])[] = [
    ['America/New_York', '2024-03-10', '03-10T05:00 23h'],
    ['America/New_York', '2024-11-03', '11-03T04:00 25h'],
    ['America/New_York', '2025-03-09', '03-09T05:00 23h'],
    ['America/New_York', '2025-11-02', '11-02T04:00 25h'],
    ['America/New_York', '2026-03-08', '03-08T05:00 23h'],
    ['America/New_York', '2026-11-01', '11-01T04:00 25h'],
    ['America/New_York', '2027-03-14', '03-14T05:00 23h'],
    ['America/New_York', '2027-11-07', '11-07T04:00 25h'],
    ['Europe/Berlin', '2026-03-29', '03-28T23:00 23h'],
    ['Europe/Berlin', '2026-10-25', '10-24T22:00 25h'],
    ['Australia/Sydney', '2026-04-05', '04-04T13:00 25h'],
    ['Australia/Sydney', '2026-10-04', '10-03T14:00 23h'],
    ['America/Phoenix', '2026-03-08', '03-08T07:00 24h'],
  ]
  for (const [timezone, day, window] of days) {
    assert.deepEqual(windowsOf(planWith({ dates: [day], timezone })), [window], `${timezone} ${day}`)
  }
  const run = planWith({ when: 'days 7-9 of month' }, { fromDay: '2026-03-01', toDay: '2026-03-31' })
  assert.deepEqual(windowsOf(run), ['03-07T05:00 71h'])
})

test('leap days', () => {
  const february = daysOf(planWith({ when: 'last 2 days of month' })).filter((day) => day.slice(5, 7) === '02')
  assert.deepEqual(
    february.map((day) => day.slice(2)),
    [
      '24-02-28',
      '24-02-29',
      '25-02-27',
      '25-02-28',
      '26-02-27',
      '26-02-28',
      '27-02-27',
      '27-02-28',
      '28-02-28',
      '28-02-29',
      '29-02-27',
      '29-02-28',
      '30-02-27',
      '30-02-28',
    ],
  )
  assert.deepEqual(daysOf(planWith({ when: 'day 29 of month and days 1-29 of month and last 1 day of month' })), [
    '2024-02-29',
    '2028-02-29',
  ])
})

test('a payroll of every second Friday for seven years moves three times', () => {
  const days = daysOf(planWith({ when: 'every 2nd fri from 2024-01-05 roll(prev)' }))
  assert.equal(days.length, 183)
  // Before Independence Day of 2025, Juneteenth of 2026 and New Year's Day of 2027.
  assert.deepEqual(
    days.filter((day) => weekdayOf(day) !== 'fri'),
    ['2025-07-03', '2026-06-18', '2026-12-31'],
  )
})

test('the last business days of fiscal quarters that begin in February', () => {
  const days = daysOf(planWith({ when: 'last 1 bd of quarter', fiscal: { start: '02-01' } }))
  assert.equal(
    days.map((day) => day.slice(2)).join(' '),
    '24-01-31 24-04-30 24-07-31 24-10-31 25-01-31 25-04-30 25-07-31 25-10-31 26-01-30 26-04-30 26-07-31 26-10-30 ' +
      '27-01-29 27-04-30 27-07-30 27-10-29 28-01-31 28-04-28 28-07-31 28-10-31 29-01-31 29-04-30 29-07-31 29-10-31 ' +
      '30-01-31 30-04-30 30-07-31 30-10-31',
  )
  const years = daysOf(planWith({ when: 'last 1 bd of year', fiscal: { start: '02-01' } }))
  assert.deepEqual(
    years,
    days.filter((day) => day.slice(5, 7) === '01'),
  )
})

test('the last days of the months of 4-4-5 years, one of which has 53 weeks', () => {
  const fiscal = { pattern: '4-4-5', anchor: '2024-02-04', longYears: ['2023-01-29', '2028-01-30'] }
  const days = daysOf(planWith({ when: 'last 1 day of month', fiscal }))
  assert.equal(
    days
      .map((day) => day.slice(2))
      .filter((day) => day > '24-02-04' && day < '30-02-03')
      .join(' '),
    '24-03-02 24-03-30 24-05-04 24-06-01 24-06-29 24-08-03 24-08-31 24-09-28 24-11-02 24-11-30 24-12-28 25-02-01 ' +
      '25-03-01 25-03-29 25-05-03 25-05-31 25-06-28 25-08-02 25-08-30 25-09-27 25-11-01 25-11-29 25-12-27 26-01-31 ' +
      '26-02-28 26-03-28 26-05-02 26-05-30 26-06-27 26-08-01 26-08-29 26-09-26 26-10-31 26-11-28 26-12-26 27-01-30 ' +
      '27-02-27 27-03-27 27-05-01 27-05-29 27-06-26 27-07-31 27-08-28 27-09-25 27-10-30 27-11-27 27-12-25 28-01-29 ' +
      '28-02-26 28-03-25 28-04-29 28-05-27 28-06-24 28-07-29 28-08-26 28-09-23 28-10-28 28-11-25 28-12-23 29-02-03 ' +
      '29-03-03 29-03-31 29-05-05 29-06-02 29-06-30 29-08-04 29-09-01 29-09-29 29-11-03 29-12-01 29-12-29 30-02-02',
  )
})

test('periods of two zones begin at their own midnights', () => {
  const rent = planWith(
    { when: 'days 1-5 of month', timezone: 'America/Chicago', lead: '2h' },
    { fromDay: '2026-11-28', toDay: '2026-12-31' },
  )
  assert.deepEqual(windowsOf(rent), ['12-01T04:00 122h'])
  const before = planWith({ when: '2 bd before days 1-5 of month' }, { fromDay: '2026-11-20', toDay: '2026-12-20' })
  // Two business days before Tuesday the 1st to Saturday the 5th: Friday, Monday, and Tuesday to Thursday.
  assert.deepEqual(daysOf(before), ['2026-11-27', '2026-11-30', '2026-12-01', '2026-12-02', '2026-12-03'])
})
