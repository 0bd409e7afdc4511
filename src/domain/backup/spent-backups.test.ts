import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { spentBackups, type StoredBackup } from './spent-backups.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW = Date.parse('2026-03-31T12:00:00Z')

function stored(made: string | number, more: Partial<StoredBackup> = {}): StoredBackup {
  const madeMs = typeof made === 'number' ? made : Date.parse(made)
  return { id: new Date(madeMs).toISOString().slice(0, 16), madeMs, isVerified: true, isScheduled: true, ...more }
}

function keptOf(all: readonly StoredBackup[], nowMs = NOW): StoredBackup[] {
  const spent = new Set(spentBackups(all, nowMs))
  return all.filter(({ id }) => !spent.has(id))
}

test('of one a day a week of days stays, and the last of each of five weeks', () => {
  const daily = Array.from({ length: 60 }, (_, days) => stored(Date.parse('2026-03-31T02:30:00Z') - days * DAY_MS))
  assert.deepEqual(
    keptOf(daily).map(({ id }) => id.slice(5, 10)),
    ['03-31', '03-30', '03-29', '03-28', '03-27', '03-26', '03-25', '03-22', '03-15', '03-08'],
  )
})

test('of one an hour a day of hours stays besides', () => {
  const hourly = Array.from({ length: 1500 }, (_, hours) =>
    stored(Date.parse('2026-03-31T11:30:00Z') - hours * HOUR_MS),
  )
  const kept = keptOf(hourly)
  assert.deepEqual(
    kept.slice(0, 24).map(({ madeMs }) => madeMs),
    hourly.slice(0, 24).map(({ madeMs }) => madeMs),
  )
  assert.deepEqual(
    kept.slice(24).map(({ id }) => id.slice(5)),
    [
      '03-29T23:30',
      '03-28T23:30',
      '03-27T23:30',
      '03-26T23:30',
      '03-25T23:30',
      '03-22T23:30',
      '03-15T23:30',
      '03-08T23:30',
    ],
  )
})

test('what was made by hand or before a change stays, however old', () => {
  const all = [stored('2020-01-01T00:00:00Z', { isScheduled: false }), stored('2020-01-02T00:00:00Z'), stored(NOW)]
  assert.deepEqual(keptOf(all), [all[0], all[2]])
})

test('when backups stop coming, none of those that are there is let go of', () => {
  const kept = keptOf(Array.from({ length: 60 }, (_, days) => stored(NOW - days * DAY_MS)))
  assert.deepEqual(spentBackups(kept, NOW + 400 * DAY_MS), [])
})

test('tries that could not be proven push no proven one out, and only the newest of them stays', () => {
  const proven = [stored('2026-03-29T02:30:00Z'), stored('2026-03-28T02:30:00Z')]
  const failed = ['2026-03-31T02:30:00Z', '2026-03-30T06:00:00Z', '2026-03-30T02:30:00Z'].map((made) =>
    stored(made, { isVerified: false }),
  )
  assert.deepEqual(keptOf([...failed, ...proven]), [failed[0], ...proven])
})

test('a proven one stands for its hour before a later one that is not', () => {
  const [proven, not] = [stored('2026-03-31T02:10:00Z'), stored('2026-03-31T02:40:00Z', { isVerified: false })]
  assert.deepEqual(
    keptOf([not, proven, stored('2026-03-31T05:00:00Z')]).map(({ id }) => id.slice(11)),
    ['02:10', '05:00'],
  )
})

test('archives that were copied here and lost their proof are not let go of at the next one that has it', () => {
  const copied = [1, 2, 3].map((days) => stored(NOW - days * DAY_MS, { isVerified: false }))
  assert.deepEqual(spentBackups([stored(NOW), ...copied], NOW), [])
})

test('one of a clock that was years ahead neither goes nor makes the others go', () => {
  const all = [stored('2031-01-01T00:00:00Z'), stored(NOW), stored(NOW - DAY_MS)]
  assert.deepEqual(spentBackups(all, NOW), [])
})

const anyStored = fc
  .array(
    fc.record({
      madeMs: fc.integer({ min: NOW - 80 * DAY_MS, max: NOW + DAY_MS }),
      isVerified: fc.boolean(),
      isScheduled: fc.boolean(),
    }),
    { maxLength: 200 },
  )
  .map((all) => all.map((one, place) => ({ ...one, id: `b${place}` })))

test('the newest proven one never goes, nor one that nobody scheduled, and a second look finds nothing more', () => {
  fc.assert(
    fc.property(anyStored, (all) => {
      const kept = keptOf(all)
      const isCandidate = ({ isVerified, isScheduled, madeMs }: StoredBackup): boolean =>
        isVerified && isScheduled && madeMs <= NOW
      const newest = Math.max(...all.filter(isCandidate).map(({ madeMs }) => madeMs))
      if (all.some(isCandidate)) assert.ok(kept.some((one) => isCandidate(one) && one.madeMs === newest))
      assert.deepEqual(
        all.filter(({ isScheduled }) => !isScheduled).filter((one) => !kept.includes(one)),
        [],
      )
      assert.deepEqual(spentBackups(kept, NOW), [])
      assert.ok(kept.filter(({ isScheduled, madeMs }) => isScheduled && madeMs <= NOW).length <= 24 + 7 + 5 + 1)
    }),
    { numRuns: 1000 },
  )
})
