import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeDefinition, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { addDays, type Day } from '../day.ts'
import { defineCalendar } from './define-calendar.ts'
import { compilePlan, upcoming } from './plan.ts'
import type { DaySpan } from './windows.ts'
import { instantOf, localDayOf } from './zone.ts'

/**
 * Tables for each year from 2024 to 2030 that come from elsewhere than the code they are held against. How each was made
 * stands with it, so that a further year can be made the same way.
 */
const HOUR_MS = 3_600_000
const YEARS = ['2024', '2025', '2026', '2027', '2028', '2029', '2030'] as const

/**
 * When clocks go forward and back, in UTC: `zdump -v -c 2024,2031 <zone>` with tzdata 2025b. They are as the law has it: in the
 * United States the second Sunday of March and the first of November at two o'clock (Energy Policy Act of 2005, section
 * 110), in Europe the last Sundays of March and October at 01:00 UTC (Directive 2000/84/EC, and the Summer Time Order 2002).
 */
const CLOCK_CHANGES = {
  'America/New_York': {
    2024: '03-10T07:00 11-03T06:00',
    2025: '03-09T07:00 11-02T06:00',
    2026: '03-08T07:00 11-01T06:00',
    2027: '03-14T07:00 11-07T06:00',
    2028: '03-12T07:00 11-05T06:00',
    2029: '03-11T07:00 11-04T06:00',
    2030: '03-10T07:00 11-03T06:00',
  },
  'Europe/London': {
    2024: '03-31T01:00 10-27T01:00',
    2025: '03-30T01:00 10-26T01:00',
    2026: '03-29T01:00 10-25T01:00',
    2027: '03-28T01:00 10-31T01:00',
    2028: '03-26T01:00 10-29T01:00',
    2029: '03-25T01:00 10-28T01:00',
    2030: '03-31T01:00 10-27T01:00',
  },
  'Europe/Berlin': {
    2024: '03-31T01:00 10-27T01:00',
    2025: '03-30T01:00 10-26T01:00',
    2026: '03-29T01:00 10-25T01:00',
    2027: '03-28T01:00 10-31T01:00',
    2028: '03-26T01:00 10-29T01:00',
    2029: '03-25T01:00 10-28T01:00',
    2030: '03-31T01:00 10-27T01:00',
  },
} as const
type Zone = keyof typeof CLOCK_CHANGES
const ZONES = Object.keys(CLOCK_CHANGES) as Zone[]

/** The hour that clocks skip in spring, and the one that they show twice in autumn. */
const HOURS: Readonly<Record<Zone, { readonly skipped: string; readonly twice: string }>> = {
  'America/New_York': { skipped: '02', twice: '01' },
  'Europe/London': { skipped: '01', twice: '01' },
  'Europe/Berlin': { skipped: '02', twice: '02' },
}

/**
 * The last business day of each month, January to December: `endOfMonth` of the calendars UnitedStates(FederalReserve),
 * UnitedKingdom(Settlement) and TARGET of QuantLib 1.44, whose holidays
 * are its own.
 */
const LAST_BUSINESS_DAYS = {
  'us-fed': {
    2024: '31 29 29 30 31 28 31 30 30 31 29 31',
    2025: '31 28 31 30 30 30 31 29 30 31 28 31',
    2026: '30 27 31 30 29 30 31 31 30 30 30 31',
    2027: '29 26 31 30 28 30 30 31 30 29 30 31',
    2028: '31 29 31 28 31 30 31 31 29 31 30 29',
    2029: '31 28 30 30 31 29 31 31 28 31 30 31',
    2030: '31 28 29 30 31 28 31 30 30 31 29 31',
  },
  uk: {
    2024: '31 29 28 30 31 28 31 30 30 31 29 31',
    2025: '31 28 31 30 30 30 31 29 30 31 28 31',
    2026: '30 27 31 30 29 30 31 28 30 30 30 31',
    2027: '29 26 31 30 28 30 30 31 30 29 30 31',
    2028: '31 29 31 28 31 30 31 31 29 31 30 29',
    2029: '31 28 29 30 31 29 31 31 28 31 30 31',
    2030: '31 28 29 30 31 28 31 30 30 31 29 31',
  },
  target2: {
    2024: '31 29 28 30 31 28 31 30 30 31 29 31',
    2025: '31 28 31 30 30 30 31 29 30 31 28 31',
    2026: '30 27 31 30 29 30 31 31 30 30 30 31',
    2027: '29 26 31 30 31 30 30 31 30 29 30 31',
    2028: '31 29 31 28 31 30 31 31 29 31 30 29',
    2029: '31 28 29 30 31 29 31 31 28 31 30 31',
    2030: '31 28 29 30 31 28 31 30 30 31 29 31',
  },
} as const
type Base = keyof typeof LAST_BUSINESS_DAYS

/** By hand: the leap days as instants in UTC. In winter New York is five hours behind UTC and Berlin an hour ahead. */
const LEAP_DAYS: Readonly<Record<Zone, string>> = {
  'America/New_York': '2024-02-29T05:00 24h, 2028-02-29T05:00 24h',
  'Europe/London': '2024-02-29T00:00 24h, 2028-02-29T00:00 24h',
  'Europe/Berlin': '2024-02-28T23:00 24h, 2028-02-28T23:00 24h',
}

interface Stretch {
  readonly startMs: number
  readonly endMs: number
}

/** A few days more, so that what begins on the last day ends within it. */
const ALL_YEARS = { fromDay: '2024-01-01', toDay: '2031-01-03' }

/** When a period is in force, worked out as for an operator's file. */
function stretchesOf(period: ShortDefinition['periods'][string], base: Base, span: DaySpan = ALL_YEARS): Stretch[] {
  const written = writeDefinition({ periods: { some: { calendar: 'house', ...period } }, policies: [] })
  const calendars = [{ name: 'house', base, timezone: 'UTC', source: { file: 'calendar.yaml', line: 1 } }]
  const defined = defineCalendar({ ...written, calendars })
  assert.ok('value' in defined, JSON.stringify(defined))
  const plan = compilePlan(defined.value, span)
  const edges = upcoming(plan, plan.fromMs, plan.toMs).map(({ atMs }) => atMs)
  return Array.from({ length: edges.length / 2 }, (_, place) => ({
    startMs: edges[2 * place] ?? 0,
    endMs: edges[2 * place + 1] ?? 0,
  }))
}

/** `2024-02-29T05:00 24h`. */
function told({ startMs, endMs }: Stretch): string {
  return `${new Date(startMs).toISOString().slice(0, 16)} ${(endMs - startMs) / HOUR_MS}h`
}

function changesOf(zone: Zone, year: (typeof YEARS)[number]): readonly [forwardMs: number, backMs: number] {
  const [forward, back] = CLOCK_CHANGES[zone][year].split(' ').map((at) => Date.parse(`${year}-${at}:00Z`))
  assert.ok(forward !== undefined && back !== undefined)
  return [forward, back]
}

for (const zone of ZONES) {
  test(`windows in ${zone} begin and end where the clocks change, in each year`, () => {
    const { skipped, twice } = HOURS[zone]
    for (const year of YEARS) {
      const [forwardMs, backMs] = changesOf(zone, year)
      const [spring, autumn] = [forwardMs, backMs].map((ms) => localDayOf(zone, ms))
      assert.ok(spring && autumn)
      const on = (day: Day, hours?: readonly string[]): string[] =>
        stretchesOf({ dates: [day], timezone: zone, hours: hours && [...hours] }, 'us-fed', {
          fromDay: addDays(day, -3),
          toDay: addDays(day, 3),
        }).map(told)
      // The skipped hour has no time: what begins in it begins when the clocks jump, and so does what begins after it.
      const untilFive = (5 - Number(skipped) - 1) * HOUR_MS
      const afterJump = told({ startMs: forwardMs, endMs: forwardMs + untilFive })
      assert.deepEqual(on(spring, [`${skipped}:30`, '05:00']), [afterJump], year)
      assert.deepEqual(on(spring, [`0${Number(skipped) + 1}:00`, '05:00']), [afterJump], year)
      // The hour that comes twice belongs to the window both times.
      const both = told({ startMs: backMs - HOUR_MS, endMs: backMs + HOUR_MS })
      assert.deepEqual(on(autumn, [`${twice}:00`, `0${Number(twice) + 1}:00`]), [both], year)
      const wholeSpring = told({
        startMs: forwardMs - Number(skipped) * HOUR_MS,
        endMs: forwardMs + (23 - Number(skipped)) * HOUR_MS,
      })
      assert.deepEqual(on(spring), [wholeSpring], year)
      const untilBack = (Number(twice) + 1) * HOUR_MS
      assert.deepEqual(
        on(autumn),
        [told({ startMs: backMs - untilBack, endMs: backMs - untilBack + 25 * HOUR_MS })],
        year,
      )
    }
  })
}

test('days are not of 24 hours on the days of the table, and on no other of seven years', () => {
  for (const zone of ZONES) {
    const wanted = YEARS.flatMap((year) =>
      changesOf(zone, year).map((ms, place) => `${localDayOf(zone, ms)} ${23 + 2 * place}h`),
    )
    const found: string[] = []
    for (let day: Day = '2024-01-01'; day <= '2030-12-31'; day = addDays(day, 1)) {
      const ms = instantOf(zone, { day: addDays(day, 1), minutes: 0 }) - instantOf(zone, { day, minutes: 0 })
      if (ms !== 24 * HOUR_MS) found.push(`${day} ${ms / HOUR_MS}h`)
    }
    assert.deepEqual(found, wanted)
  }
})

for (const base of Object.keys(LAST_BUSINESS_DAYS) as Base[]) {
  test(`the last business day of each month by ${base}, in each year`, () => {
    const days = stretchesOf({ when: 'last 1 bd of month' }, base).map(({ startMs }) => localDayOf('UTC', startMs))
    const wanted = YEARS.flatMap((year) =>
      LAST_BUSINESS_DAYS[base][year]
        .split(' ')
        .map((day, month) => `${year}-${String(month + 1).padStart(2, '0')}-${day}`),
    )
    assert.equal(wanted.length, 84)
    assert.deepEqual(days, wanted)
  })
}

test('29 February of 2024 and of 2028, by every rule that means it', () => {
  for (const zone of ZONES) {
    for (const period of [
      { dates: ['2024-02-29', '2028-02-29'] },
      { when: 'day 29 of month and last 1 day of month and first 60 days of year' },
      { when: 'last 1 bd of month and day 29 of month and first 60 days of year' },
      { when: '1 bd before day 1 of month and day 29 of month and first 60 days of year' },
    ]) {
      const found = stretchesOf({ ...period, timezone: zone }, 'us-fed').filter(
        ({ startMs }) => new Date(startMs).getUTCMonth() === 1,
      )
      assert.equal(found.map(told).join(', '), LEAP_DAYS[zone], JSON.stringify(period))
    }
  }
})

test('the sixtieth day of the year is a leap day or 1 March', () => {
  const days = stretchesOf({ when: 'first 60 days of year and not first 59 days of year' }, 'us-fed')
  assert.equal(
    days.map(({ startMs }) => localDayOf('UTC', startMs)).join(' '),
    '2024-02-29 2025-03-01 2026-03-01 2027-03-01 2028-02-29 2029-03-01 2030-03-01',
  )
})
