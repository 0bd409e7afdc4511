import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quantile, rateDropZ, shrunkRate, wilsonInterval } from './statistics.ts'

test('the Wilson interval of 8 in 10 is the textbook one', () => {
  const interval = wilsonInterval(0.8, 10)
  assert.equal(interval?.low.toFixed(4), '0.4902')
  assert.equal(interval?.high.toFixed(4), '0.9433')
})

test('without trials there is no interval', () => {
  assert.equal(wilsonInterval(0, 0), null)
})

test('the Wilson interval holds the rate, stays within 0 and 1 and narrows with more trials', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
      const rate = Math.round(share * n) / n
      const one = wilsonInterval(rate, n)
      const ten = wilsonInterval(rate, n * 10)
      assert.ok(one && ten)
      assert.ok(one.low >= 0 && one.high <= 1 && one.low <= rate + 1e-12 && one.high >= rate - 1e-12)
      assert.ok(ten.high - ten.low < one.high - one.low)
    }),
  )
})

test('the quantile interpolates as percentile_cont does', () => {
  assert.equal(quantile([10, 20, 30, 40], 0.5), 25)
  assert.equal(quantile([40, 10, 30, 20], 0.25), 17.5)
  assert.equal(quantile([7], 0.9), 7)
  assert.equal(quantile([], 0.5), null)
})

test('a small group is drawn to the overall rate, a large one keeps its own', () => {
  assert.equal(shrunkRate(0, 0, 0.6), 0.6)
  assert.equal(shrunkRate(10, 10, 0.5), 20 / 30)
  assert.ok(Math.abs(shrunkRate(9000, 10_000, 0.5) - 0.9) < 0.001)
})

test('a drop from 60 of 100 to 40 of 100 spans 2.83 standard errors', () => {
  assert.equal(rateDropZ({ won: 60, n: 100 }, { won: 40, n: 100 }).toFixed(2), '2.83')
  assert.equal(rateDropZ({ won: 0, n: 0 }, { won: 1, n: 2 }), 0)
})
