import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  differenceOf,
  lowRankOf,
  meanEstimate,
  medianEstimate,
  moreNeeded,
  noticeableChange,
  rateEstimate,
  studentT,
} from './performance-estimates.ts'

const close = (actual: number | null | undefined, expected: number, within: number): void =>
  assert.ok(Math.abs((actual ?? NaN) - expected) <= within, `${actual} instead of ${expected}`)

test('two rates differ as in the example of Newcombe (1998): 56 of 70 against 48 of 80', () => {
  const a = rateEstimate(56, 70)
  const b = rateEstimate(48, 80)
  const found = a && b && differenceOf(a, b)
  close(found?.low, 0.0524, 0.0001)
  close(found?.high, 0.3339, 0.0001)
})

test("the median's ranks are those of the binomial tables, and fewer than six values have no interval", () => {
  assert.deepEqual([5, 6, 10, 20, 30].map(lowRankOf), [null, 1, 2, 6, 10])
  const ten = medianEstimate(Array.from({ length: 10 }, (_, index) => ({ value: index + 1, count: 1 })))
  assert.deepEqual(ten, { value: 5.5, low: 2, high: 9, n: 10 })
  assert.equal(medianEstimate([{ value: 3, count: 5 }])?.low, null)
})

test("a mean has Student's interval, and none of fewer than five values", () => {
  close(studentT(4), 2.776, 0.01)
  close(studentT(30), 2.042, 0.001)
  // 2, 4, 4, 4, 6: mean 4, variance 2, margin 2.776 * sqrt(2 / 5)
  close(meanEstimate({ n: 5, sum: 20, squares: 88 })?.high, 4 + 2.776 * Math.sqrt(0.4), 0.01)
  assert.equal(meanEstimate({ n: 4, sum: 4, squares: 4 })?.low, null)
  assert.equal(meanEstimate({ n: 0, sum: 0, squares: 0 }), null)
})

const rate = fc
  .tuple(fc.nat(200), fc.integer({ min: 1, max: 200 }))
  .map(([hits, n]) => rateEstimate(Math.min(hits, n), n))

test('a difference turned round is the same with the other sign, and holds its own value', () => {
  fc.assert(
    fc.property(rate, rate, (a, b) => {
      assert.ok(a && b)
      const there = differenceOf(a, b)
      const back = differenceOf(b, a)
      assert.ok(there && back && there.low <= there.value && there.value <= there.high)
      close(there.low, -back.high, 1e-9)
    }),
  )
})

test('with the rows it asks for, a difference that holds stands out', () => {
  const few = { value: 0.5, low: 0.2, high: 0.8, n: 10 }
  const many = { value: 0.3, low: 0.28, high: 0.32, n: 2000 }
  const more = moreNeeded(few, many) ?? 0
  const margin = 0.3 * Math.sqrt(few.n / (few.n + more))
  const found = differenceOf({ value: 0.5, low: 0.5 - margin, high: 0.5 + margin, n: 10 + more }, many)
  assert.ok(found && found.low >= -1e-9)
  assert.equal(moreNeeded(few, { value: 0.45, low: 0.2, high: 0.7, n: 10 }), null)
})

test('more rows show a smaller change, and no rows show none', () => {
  const today = { value: 0.5, low: 0.4, high: 0.6, n: 90 }
  assert.ok((noticeableChange(today, 90) ?? 0) < (noticeableChange(today, 10) ?? 0))
  close(noticeableChange(today, 90), 0.1 * Math.SQRT2, 1e-9)
  assert.equal(noticeableChange(today, 0), null)
})
