import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { localDayOf } from '../calendar/zone.ts'
import { BACKUP_EVERY_MS, isOverdue, nextBackup, type BackupHistory, type BackupRhythm } from './next-backup.ts'

const HOUR_MS = 3_600_000
const BEGUN = '2026-03-01T00:00:00Z'
const ms = (text: string): number => Date.parse(text)

function next(
  rhythm: Partial<BackupRhythm>,
  last: string | null,
  more: Partial<BackupHistory> & { now?: string } = {},
) {
  const { now = '2026-12-31T00:00:00Z', ...history } = more
  const told = {
    begunMs: ms(BEGUN),
    lastMs: last === null ? null : ms(last),
    failures: 0,
    lastFailedMs: null,
    ...history,
  }
  return new Date(nextBackup({ everyMs: BACKUP_EVERY_MS, at: null, ...rhythm }, told, ms(now)))
    .toISOString()
    .slice(0, 19)
}

const nightly = (minutes: number, timeZone = 'UTC') => ({ at: { minutes, timeZone } })

test('a day after the last one; the first a day after the deployment began; sooner when a period asks', () => {
  assert.equal(next({}, '2026-03-10T04:00:10Z'), '2026-03-11T04:00:10')
  assert.equal(next({}, null), '2026-03-02T00:00:00')
  assert.equal(next({ everyMs: HOUR_MS }, '2026-03-10T04:00:10Z'), '2026-03-10T05:00:10')
  assert.equal(next({ everyMs: 7 * BACKUP_EVERY_MS }, '2026-03-10T04:00:10Z'), '2026-03-17T04:00:10')
})

test('with a time of day at that time, also when the last one began late, in the zone of its period', () => {
  const early = nightly(150)
  assert.equal(next(early, '2026-03-10T02:30:00Z'), '2026-03-11T02:30:00')
  assert.equal(next(early, '2026-03-10T02:31:45Z'), '2026-03-11T02:30:00')
  // Rather sooner than older than a day.
  assert.equal(next(early, '2026-03-10T10:00:00Z'), '2026-03-11T02:30:00')
  assert.equal(next(nightly(1380), '2026-03-10T01:00:00Z'), '2026-03-10T23:00:00')
  assert.equal(next(nightly(150, 'America/New_York'), '2026-03-12T06:31:00Z'), '2026-03-13T06:30:00')
  // Every six hours, and at half past two among them.
  const often = { ...early, everyMs: 6 * HOUR_MS }
  assert.equal(next(often, '2026-03-10T21:00:00Z'), '2026-03-11T02:30:00')
  assert.equal(next(often, '2026-03-11T02:30:20Z'), '2026-03-11T08:30:20')
  assert.equal(next({ ...early, everyMs: 7 * BACKUP_EVERY_MS }, '2026-03-10T02:30:20Z'), '2026-03-17T02:30:00')
})

test('a day of 23 or of 25 hours has its backup at its time, too', () => {
  const berlin = nightly(150, 'Europe/Berlin')
  // 02:30 does not exist on 29 March: when the clocks jump, at 01:00 UTC.
  assert.equal(next(berlin, '2026-03-28T01:30:20Z'), '2026-03-29T01:00:00')
  assert.equal(next(berlin, '2026-03-29T01:00:20Z'), '2026-03-30T00:30:00')
  // It comes twice on 25 October, at 00:30 and at 01:30 UTC; the day after it is 25 hours away.
  assert.equal(next(berlin, '2026-10-24T00:30:20Z'), '2026-10-25T00:30:00')
  assert.equal(next(berlin, '2026-10-25T00:30:20Z'), '2026-10-26T01:30:00')
})

test('after a failure it waits a quarter of an hour, then twice as long, up to four hours', () => {
  const failed = (failures: number): string =>
    next({}, '2026-03-10T04:00:00Z', { failures, lastFailedMs: ms('2026-03-11T04:00:00Z') })
  assert.deepEqual(
    [1, 2, 3, 5, 60].map((failures) => failed(failures).slice(11, 16)),
    ['04:15', '04:30', '05:00', '08:00', '08:00'],
  )
})

test('what a wrong clock noted in the future holds up nothing: asked again at the promised instant, it is owed', () => {
  const future = '2031-01-01T00:00:00Z'
  const failed = { failures: 1, lastFailedMs: ms(future) }
  for (const now of ['2026-03-01T12:00:00Z', '2026-03-02T00:00:00Z', '2026-03-10T00:00:00Z']) {
    assert.equal(next({}, future, { now }), '2026-03-02T00:00:00')
    assert.equal(next({}, '2026-03-01T00:00:00Z', { ...failed, now }), '2026-03-02T00:00:00')
  }
})

test('it is overdue two hours after it was due', () => {
  assert.equal(isOverdue(0, 2 * HOUR_MS), false)
  assert.equal(isOverdue(0, 2 * HOUR_MS + 1), true)
})

const anyRhythm = fc.record({
  everyMs: fc.integer({ min: 15 * 60_000, max: 31 * BACKUP_EVERY_MS }),
  at: fc.option(
    fc.record({
      minutes: fc.integer({ min: 0, max: 1439 }),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia'),
    }),
  ),
})
const anyLast = fc.integer({ min: ms('2025-01-01T00:00:00Z'), max: ms('2027-12-31T00:00:00Z') })
const NOW = ms('2028-06-01T00:00:00Z')
const after = (rhythm: BackupRhythm, lastMs: number): number =>
  nextBackup(rhythm, { begunMs: 0, lastMs, failures: 0, lastFailedMs: null }, NOW)

test('it is always after the last one and never more than an hour past what the rhythm bears', () => {
  fc.assert(
    fc.property(anyRhythm, anyLast, (rhythm, lastMs) => {
      const dueMs = after(rhythm, lastMs)
      assert.ok(dueMs > lastMs)
      assert.ok(dueMs <= lastMs + rhythm.everyMs + Math.min(rhythm.everyMs / 24, HOUR_MS))
    }),
    { numRuns: 2000 },
  )
})

test('who asks for it more often never gets it later', () => {
  fc.assert(
    fc.property(anyRhythm, anyLast, fc.double({ min: 0.01, max: 1, noNaN: true }), (rhythm, lastMs, share) => {
      const oftener = { ...rhythm, everyMs: Math.max(15 * 60_000, Math.floor(rhythm.everyMs * share)) }
      assert.ok(after(oftener, lastMs) <= after(rhythm, lastMs))
    }),
    { numRuns: 2000 },
  )
})

test('once a day or less often with a time of day, it is at that time and at no other', () => {
  fc.assert(
    fc.property(anyRhythm, anyLast, ({ everyMs, at }, lastMs) => {
      fc.pre(at !== null)
      const timeZone = at?.timeZone ?? 'UTC'
      const dueMs = after({ everyMs: Math.max(everyMs, BACKUP_EVERY_MS), at }, lastMs)
      const wall = new Date(dueMs).toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
      const [hours = 0, minutes = 0] = wall.split(':').map(Number)
      // On the day on which the clocks skip it, when they jump.
      const isJump = ['03', '04', '10'].includes(localDayOf(timeZone, dueMs).slice(5, 7)) && hours >= 2 && hours <= 3
      assert.ok(isJump || hours * 60 + minutes === at?.minutes, `${wall} ${at?.minutes}`)
    }),
    { numRuns: 2000 },
  )
})
