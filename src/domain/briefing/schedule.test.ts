import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isTimeZone, localDayOf } from '../calendar/zone.ts'
import { isoWeek, nextBriefing, owedBriefing, type BriefingSchedule } from './schedule.ts'

const ZONES = [...Intl.supportedValuesOf('timeZone'), 'UTC']
const START = Date.parse('2026-01-01T00:00:00Z')
const TWO_YEARS_MS = 2 * 366 * 86_400_000

function daily(timeZone: string, hour: number): BriefingSchedule {
  return { cadence: 'daily', weekday: 1, hour, timeZone }
}

function nextOf(schedule: BriefingSchedule, after: string): string {
  const next = nextBriefing(schedule, new Date(after))
  return `${next?.at.toISOString()} ${next?.period}`
}

test('every morning at eight in Berlin, in winter and in summer', () => {
  assert.equal(nextOf(daily('Europe/Berlin', 8), '2026-01-10T06:59:00Z'), '2026-01-10T07:00:00.000Z 2026-01-10')
  assert.equal(nextOf(daily('Europe/Berlin', 8), '2026-01-10T07:00:00Z'), '2026-01-11T07:00:00.000Z 2026-01-11')
  assert.equal(nextOf(daily('Europe/Berlin', 8), '2026-07-10T05:00:00Z'), '2026-07-10T06:00:00.000Z 2026-07-10')
})

test('an hour that the clocks skip becomes the next one; one that comes twice is taken once, the first time', () => {
  // 2026-03-08 02:00 does not exist in New York; 03:00 is 07:00 UTC.
  assert.equal(nextOf(daily('America/New_York', 2), '2026-03-08T00:00:00Z'), '2026-03-08T07:00:00.000Z 2026-03-08')
  // 2026-11-01 01:00 comes at 05:00 and at 06:00 UTC.
  assert.equal(nextOf(daily('America/New_York', 1), '2026-11-01T00:00:00Z'), '2026-11-01T05:00:00.000Z 2026-11-01')
  assert.equal(nextOf(daily('America/New_York', 1), '2026-11-01T05:00:00Z'), '2026-11-02T06:00:00.000Z 2026-11-02')
  // Lord Howe moves by half an hour: 02:00 on 2026-10-04 does not exist, 03:00 (UTC+11) does.
  assert.equal(nextOf(daily('Australia/Lord_Howe', 2), '2026-10-03T12:00:00Z'), '2026-10-03T16:00:00.000Z 2026-10-04')
})

test('weekly on its weekday, named by the ISO week also around New Year', () => {
  const monday: BriefingSchedule = { cadence: 'weekly', weekday: 1, hour: 8, timeZone: 'UTC' }
  assert.equal(nextOf(monday, '2026-11-22T12:00:00Z'), '2026-11-23T08:00:00.000Z 2026-W48')
  assert.equal(nextOf({ ...monday, weekday: 7 }, '2026-12-30T00:00:00Z'), '2027-01-03T08:00:00.000Z 2026-W53')
  assert.deepEqual(['2024-12-30', '2027-01-04', '2021-01-03'].map(isoWeek), ['2025-W01', '2027-W01', '2020-W53'])
})

test('off is never; an unknown zone is none', () => {
  assert.equal(nextBriefing({ cadence: 'off', weekday: 1, hour: 8, timeZone: 'UTC' }, new Date()), null)
  assert.deepEqual([isTimeZone('Europe/Berlin'), isTimeZone('Mars/Olympus'), isTimeZone('')], [true, false, false])
})

test('after three days of silence the last missed briefing is owed, and only that one', () => {
  const schedule = daily('UTC', 8)
  const owed = owedBriefing(schedule, new Date('2026-05-01T08:00:00Z'), new Date('2026-05-04T07:00:00Z'))
  assert.deepEqual(owed, { at: new Date('2026-05-03T08:00:00Z'), period: '2026-05-03' })
  assert.equal(owedBriefing(schedule, new Date('2026-05-01T08:00:00Z'), new Date('2026-05-01T07:59:59Z')), null)
})

test('in every zone, over two years, each local day has exactly one briefing, at its hour wherever that exists', () => {
  const days = fc.record({
    zone: fc.constantFrom(...ZONES),
    hour: fc.integer({ min: 0, max: 23 }),
    start: fc.integer({ min: 0, max: TWO_YEARS_MS }),
  })
  fc.assert(
    fc.property(days, ({ zone, hour, start }) => {
      const schedule = daily(zone, hour)
      let at = new Date(START + start)
      let day: string | undefined
      for (let n = 0; n < 5; n += 1) {
        const next = nextBriefing(schedule, at)
        assert.ok(next && next.at > at, zone)
        if (day !== undefined) assert.equal(Date.parse(next.period) - Date.parse(day), 86_400_000, zone)
        if (hourShown(zone, next.at) === hour) assert.equal(localDayOf(zone, next.at.getTime()), next.period)
        // Away from its hour only where the clocks skipped it: they did not show it an hour earlier either.
        else assert.notEqual(hourShown(zone, new Date(next.at.getTime() - 3_600_000)), hour, zone)
        ;[at, day] = [next.at, next.period]
      }
    }),
    { numRuns: 400 },
  )
})

test('every change of the clocks of two years, in every zone: once a day, never twice', () => {
  for (const zone of ZONES) {
    for (const change of changesOf(zone)) {
      for (const hour of [0, 1, 2, 3, 23]) {
        const periods = periodsAround(daily(zone, hour), change)
        assert.equal(new Set(periods).size, periods.length, `${zone} ${hour}`)
        assert.ok(periods.length >= 2 && periods.length <= 4, `${zone} ${hour} ${periods.join()}`)
      }
    }
  }
})

/** Of three days with the change in their middle. */
function periodsAround(schedule: BriefingSchedule, changeMs: number): string[] {
  const periods: string[] = []
  let next = nextBriefing(schedule, new Date(changeMs - 36 * 3_600_000))
  while (next && next.at.getTime() < changeMs + 36 * 3_600_000) {
    periods.push(next.period)
    next = nextBriefing(schedule, next.at)
  }
  return periods
}

function hourShown(timeZone: string, at: Date): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(at))
}

/** Days on which the zone's offset changes, found without the code under test. */
function changesOf(timeZone: string): number[] {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' })
  const offsetAt = (ms: number): string =>
    format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? ''
  const changes: number[] = []
  for (let ms = START, last = offsetAt(START); ms < START + TWO_YEARS_MS; ms += 86_400_000) {
    const offset = offsetAt(ms)
    if (offset !== last) changes.push(ms)
    last = offset
  }
  return changes
}
