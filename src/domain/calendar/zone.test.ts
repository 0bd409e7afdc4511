import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays } from '../day.ts'
import { instantOf, isTimeZone, localDayOf } from './zone.ts'

const NEW_YORK = 'America/New_York'
const HOUR_MS = 3_600_000
const ZONES = [...Intl.supportedValuesOf('timeZone'), 'UTC']

function at(timeZone: string, day: string, time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return new Date(instantOf(timeZone, { day, minutes: 60 * hours + minutes })).toISOString().replace('.000Z', 'Z')
}

/** What the zone's clocks show, straight from the system. */
function shown(timeZone: string, instantMs: number): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return format.format(instantMs)
}

test('a local time is an instant, in winter and in summer', () => {
  assert.equal(at(NEW_YORK, '2026-01-15', '09:30'), '2026-01-15T14:30:00Z')
  assert.equal(at(NEW_YORK, '2026-07-15', '09:30'), '2026-07-15T13:30:00Z')
  assert.equal(at('Asia/Kathmandu', '2026-07-15', '00:00'), '2026-07-14T18:15:00Z')
  assert.equal(at(NEW_YORK, '2026-01-15', '24:00'), at(NEW_YORK, '2026-01-16', '00:00'))
})

test('a time that the clocks skip is the instant at which they jump', () => {
  assert.equal(at(NEW_YORK, '2026-03-08', '02:00'), '2026-03-08T07:00:00Z')
  assert.equal(at(NEW_YORK, '2026-03-08', '02:59'), '2026-03-08T07:00:00Z')
  assert.equal(at(NEW_YORK, '2026-03-08', '03:00'), '2026-03-08T07:00:00Z')
  assert.equal(at(NEW_YORK, '2026-03-08', '01:59'), '2026-03-08T06:59:00Z')
  assert.equal(at('Australia/Lord_Howe', '2026-10-04', '02:15'), '2026-10-03T15:30:00Z', 'by half an hour')
  assert.equal(at('Africa/Cairo', '2026-04-24', '00:00'), '2026-04-23T22:00:00Z', 'a day without its midnight')
  assert.equal(at('Pacific/Apia', '2011-12-30', '12:00'), '2011-12-30T10:00:00Z', 'a day that Samoa left out')
})

test('a time that the clocks show twice is the first of the two', () => {
  assert.equal(at(NEW_YORK, '2026-11-01', '01:00'), '2026-11-01T05:00:00Z')
  assert.equal(at(NEW_YORK, '2026-11-01', '01:59'), '2026-11-01T05:59:00Z')
  assert.equal(at(NEW_YORK, '2026-11-01', '02:00'), '2026-11-01T07:00:00Z')
})

test('days are 23 and 25 hours long where the clocks change', () => {
  const hours = (day: string): number =>
    (instantOf(NEW_YORK, { day: addDays(day, 1), minutes: 0 }) - instantOf(NEW_YORK, { day, minutes: 0 })) / HOUR_MS
  assert.deepEqual(['2026-03-08', '2026-11-01', '2026-03-09'].map(hours), [23, 25, 24])
})

test('the local day of an instant', () => {
  assert.equal(localDayOf(NEW_YORK, Date.parse('2026-03-08T04:59:59.999Z')), '2026-03-07')
  assert.equal(localDayOf(NEW_YORK, Date.parse('2026-03-08T05:00:00Z')), '2026-03-08')
  assert.equal(localDayOf(NEW_YORK, Date.parse('2026-03-09T03:59:59Z')), '2026-03-08')
  assert.equal(localDayOf('Pacific/Kiritimati', Date.parse('2026-03-08T10:00:00Z')), '2026-03-09')
  assert.equal(localDayOf('UTC', -1), '1969-12-31')
})

test('an unknown zone is none', () => {
  assert.deepEqual([isTimeZone('Europe/Berlin'), isTimeZone('Mars/Olympus'), isTimeZone('')], [true, false, false])
  assert.throws(() => localDayOf('Mars/Olympus', 0), RangeError)
})

test('in every zone, at any minute of many years, the clocks show what was asked for or jump over it there', () => {
  const asked = fc.record({
    timeZone: fc.constantFrom(...ZONES),
    day: fc.integer({ min: 0, max: 6000 }).map((offset) => addDays('2020-01-01', offset)),
    minutes: fc.integer({ min: 0, max: 1439 }),
  })
  fc.assert(
    fc.property(asked, ({ timeZone, day, minutes }) => {
      const wall = new Date(Date.parse(day) + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')
      const instantMs = instantOf(timeZone, { day, minutes })
      const found = shown(timeZone, instantMs)
      if (found !== wall)
        assert.ok(found > wall && shown(timeZone, instantMs - 1) < wall, `${timeZone} ${wall} ${found}`)
      assert.equal(localDayOf(timeZone, instantMs), found.slice(0, 10))
    }),
    { numRuns: 1500 },
  )
})

test('at every change of two years in every zone, each quarter of an hour around it', () => {
  let changes = 0
  for (const timeZone of ZONES) {
    for (const changeMs of listChanges(timeZone)) {
      changes += 1
      for (let away = -3 * HOUR_MS; away <= 3 * HOUR_MS; away += HOUR_MS / 4) {
        const instantMs = changeMs + away
        const wall = shown(timeZone, instantMs)
        const [hours = 0, minutes = 0] = wall.slice(11).split(':').map(Number)
        const first = instantOf(timeZone, { day: wall.slice(0, 10), minutes: 60 * hours + minutes })
        assert.ok(first <= instantMs, `${timeZone} ${wall}`)
        assert.equal(shown(timeZone, first), wall, timeZone)
      }
    }
  }
  assert.ok(changes > 200, String(changes))
})

/** The instants, to the minute, at which a zone's offset changes; found without the code under test. */
function listChanges(timeZone: string): number[] {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' })
  const nameAt = (ms: number): string | undefined =>
    format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value
  const start = Date.parse('2026-01-01T00:00:00Z')
  const changes: number[] = []
  for (let day = 0; day < 730; day += 10) {
    let [before, after] = [start + day * 24 * HOUR_MS, start + (day + 10) * 24 * HOUR_MS]
    if (nameAt(before) === nameAt(after)) continue
    while (after - before > 60_000) {
      const middle = (before + after) / 2
      if (nameAt(middle) === nameAt(before)) before = middle
      else after = middle
    }
    changes.push(Math.round(after / 60_000) * 60_000)
  }
  return changes
}
