import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECOND_STEPS, stepName, stepsOf, widen } from './figures.ts'
import { quantileOf } from './quantile.ts'

const counted = (at: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: SECOND_STEPS.length + 1 }, (_, step) => at[step] ?? 0)

test('a quantile lies evenly within its step, is unknown without anything, and is never more than is known', () => {
  assert.equal(quantileOf(counted({}), 0.95), null)
  // 100 between 25 and 40 ms: the 95th lies 95 % of the way.
  assert.equal(quantileOf(counted({ 3: 100 }), 0.95), 0.025 + 0.015 * 0.95)
  // 90 up to 5 ms, 10 between 40 and 100 ms: the 95th is the fifth of ten.
  assert.ok(Math.abs((quantileOf(counted({ 0: 90, 4: 10 }), 0.95) ?? 0) - 0.07) < 1e-12)
  assert.equal(quantileOf(counted({ 0: 10 }), 0), 0)
  // Longer than two minutes is all that is known of it.
  assert.equal(quantileOf(counted({ 14: 3 }), 0.5), 120)
})

test('spans are put together into wider ones: what was counted is added, of levels the highest stays', () => {
  const slots = [
    { startsMs: 290_000, sums: { requests: 1 }, peaks: { sockets: 9 } },
    { startsMs: 300_000, sums: { requests: 2, failed: 1 }, peaks: { sockets: 3, memory: 0.5 } },
    { startsMs: 310_000, sums: { requests: 4 }, peaks: { sockets: 7, memory: 0.25 } },
  ]
  assert.deepEqual(widen(slots, 300_000), [
    { startsMs: 0, sums: { requests: 1 }, peaks: { sockets: 9 } },
    { startsMs: 300_000, sums: { requests: 6, failed: 1 }, peaks: { sockets: 7, memory: 0.5 } },
  ])
})

test('steps that are not stored are none', () => {
  assert.deepEqual(stepsOf({ [stepName('latency', 2)]: 5, requests: 9 }, 'latency'), counted({ 2: 5 }))
})
