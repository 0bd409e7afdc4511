import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFull, takeToken, type Bucket } from './rate-limit.ts'

const anyRule = fc.record({ ratePerSecond: fc.integer({ min: 1, max: 100 }), burst: fc.integer({ min: 1, max: 200 }) })
/** Gaps between requests; a negative one is a clock that went back. */
const anyGaps = fc.array(fc.integer({ min: -50, max: 400 }), { maxLength: 200 })

test('over any stretch of time no more pass than the burst and the rate allow', () => {
  fc.assert(
    fc.property(anyRule, anyGaps, (rule, gaps) => {
      let bucket: Bucket | undefined
      let nowMs = 0
      let latestMs = 0
      let passed = 0
      for (const gap of gaps) {
        nowMs += gap
        latestMs = Math.max(latestMs, nowMs)
        const taken = takeToken(bucket, rule, nowMs)
        bucket = taken.bucket
        passed += taken.isAllowed ? 1 : 0
        assert.ok(bucket.tokens >= 0 && bucket.tokens <= rule.burst)
        const startMs = Math.min(0, ...gaps)
        assert.ok(passed <= rule.burst + ((latestMs - startMs) * rule.ratePerSecond) / 1000 + 1e-6)
      }
    }),
  )
})

test('whoever waits as long as told is let in', () => {
  fc.assert(
    fc.property(anyRule, (rule) => {
      let bucket: Bucket | undefined
      for (let count = 0; count < rule.burst; count += 1) bucket = takeToken(bucket, rule, 0).bucket
      const refused = takeToken(bucket, rule, 0)
      assert.equal(refused.isAllowed, false)
      assert.ok(refused.retryAfterMs > 0)
      assert.equal(takeToken(refused.bucket, rule, refused.retryAfterMs).isAllowed, true)
    }),
  )
})

test('a bucket is full again after the time that refilling takes, and not before', () => {
  const rule = { ratePerSecond: 10, burst: 5 }
  const { bucket } = takeToken(undefined, rule, 0)
  assert.equal(isFull(bucket, rule, 99), false)
  assert.equal(isFull(bucket, rule, 100), true)
})
