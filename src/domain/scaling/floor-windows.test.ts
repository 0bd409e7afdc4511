import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listFloorWindows, toCronTrigger } from './floor-windows.ts'

const at = (text: string): number => Date.parse(`${text}Z`)
const SPAN = { fromMs: at('2026-12-30T00:00'), toMs: at('2027-01-02T00:00'), min: 2, max: 6 }

/** Three from 23:58 of the 30th, seven from 08:00 of the 31st, two again from 05:00 of the first. */
function floorAt(atMs: number): number {
  if (atMs >= at('2027-01-01T05:00')) return 2
  if (atMs >= at('2026-12-31T08:00')) return 7
  return atMs >= at('2026-12-30T23:58') ? 2.2 : 1
}

test('a stretch for each height of the floor above the least there are, held to the most there may be', () => {
  assert.deepEqual(listFloorWindows(floorAt, SPAN), [
    { startMs: at('2026-12-30T23:58'), endMs: at('2026-12-31T08:00'), replicas: 3 },
    { startMs: at('2026-12-31T08:00'), endMs: at('2027-01-01T05:00'), replicas: 6 },
  ])
})

test('a trigger begins before its stretch, also where that is another day, and ends with it', () => {
  const [first, second] = listFloorWindows(floorAt, SPAN).map((window) => toCronTrigger(window, 600_000))
  assert.deepEqual(first, { timezone: 'UTC', start: '48 23 30 12 *', end: '0 8 31 12 *', desiredReplicas: 3 })
  assert.deepEqual(second, { timezone: 'UTC', start: '50 7 31 12 *', end: '0 5 1 1 *', desiredReplicas: 6 })
})
