import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heatOf } from './heat.ts'
import { pointAt, SECOND_STEPS } from '../../../test/support/operations-points.ts'

const span = { startMs: Date.parse('2026-03-10T09:00:00Z'), endMs: Date.parse('2026-03-10T09:01:00Z'), stepMs: 10_000 }
const size = { width: 60, height: 120 }

function latency(at: Readonly<Record<number, number>>): number[] {
  return [...SECOND_STEPS, Infinity].map((_, step) => at[step] ?? 0)
}

test('each step of time is a column, each step of duration a row from the base up; more answers are darker', () => {
  const points = [
    pointAt('2026-03-10T09:00:00Z', { latency: latency({ 0: 100 }) }),
    pointAt('2026-03-10T09:00:50Z', { latency: latency({ 0: 1, 4: 36 }) }),
  ]
  const { paths, most, ends } = heatOf({ points, secondSteps: SECOND_STEPS }, { span, size })
  assert.equal(most, 100)
  // Eleven ends up to ten seconds and one row above: each ten high.
  assert.deepEqual(ends[0], { seconds: 0.005, y: 110 })
  assert.deepEqual(ends[4], { seconds: 0.1, y: 70 })
  assert.deepEqual(paths, ['M50 110h10v10h-10z', '', '', 'M50 70h10v10h-10z', '', 'M0 110h10v10h-10z'])
})

test('what took longer than ten seconds stands in the last row, however long it took', () => {
  const points = [pointAt('2026-03-10T09:00:00Z', { latency: latency({ 11: 1, 14: 3 }) })]
  const { paths, most } = heatOf({ points, secondSteps: SECOND_STEPS }, { span, size })
  assert.equal(most, 4)
  assert.equal(paths.at(-1), 'M0 0h10v10h-10z')
})

test('of nothing nothing is drawn', () => {
  const { paths, most } = heatOf({ points: [], secondSteps: SECOND_STEPS }, { span, size })
  assert.deepEqual([paths.join(''), most], ['', 0])
})
