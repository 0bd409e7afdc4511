import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missedProbes } from './missed-probes.ts'

const HOUR_MS = 3_600_000
const UNTIL = Date.parse('2026-03-10T09:00:00.000Z')
const timesOf = (seen: ReturnType<typeof missedProbes>): number => seen.reduce((sum, { times }) => sum + times, 0)

test('an outage is so many probes, each at its time; a long one has a bound', () => {
  assert.deepEqual(missedProbes(UNTIL - 25_000, UNTIL), [
    { atMs: UNTIL - 25_000, times: 2 },
    { atMs: UNTIL - 15_000, times: 2 },
    { atMs: UNTIL - 5000, times: 1 },
  ])
  assert.equal(timesOf(missedProbes(UNTIL - 12 * HOUR_MS, UNTIL)), 12 * 720)
  const long = missedProbes(UNTIL - 2000 * HOUR_MS, UNTIL)
  assert.deepEqual([timesOf(long), long.length, long[0]?.atMs], [720 * 720, 720, UNTIL - 720 * HOUR_MS])
  assert.deepEqual(missedProbes(UNTIL + 5000, UNTIL), [])
})
