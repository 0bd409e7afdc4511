import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CACHE_CLASSES } from './cache-class.ts'
import { ageOf, expiryOf, isNearEnd, isRenewedEarly } from './expiry.ts'
import { CACHE_POLICIES } from './policy.ts'
import { estimateBytes } from './value-bytes.ts'

const anyClass = fc.constantFrom(...CACHE_CLASSES)
const anyShare = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const anyBirth = fc.record({
  nowMs: fc.integer({ min: 0, max: 1e9 }),
  random: anyShare,
  isNothing: fc.boolean(),
  season: fc.record({
    ttlFactor: fc.double({ min: 0, max: 4, noNaN: true }),
    staleFactor: fc.double({ min: 0, max: 4, noNaN: true }),
  }),
  untilFreshMs: fc.option(fc.integer({ min: -1000, max: 1e8 })),
})

test('lifetimes follow each other, differ by the jitter at most, and scale with the season', () => {
  fc.assert(
    fc.property(anyClass, anyBirth, (cacheClass, birth) => {
      const policy = CACHE_POLICIES[cacheClass]
      const { freshUntilMs, staleUntilMs, fallbackUntilMs } = expiryOf(policy, birth)
      assert.ok(birth.nowMs <= freshUntilMs && freshUntilMs <= staleUntilMs && staleUntilMs <= fallbackUntilMs)
      const base = (birth.isNothing ? policy.negativeMs : policy.softMs) * birth.season.ttlFactor
      assert.ok(freshUntilMs - birth.nowMs <= base * 1.1 + 1e-6)
      if (birth.untilFreshMs === null) assert.ok(freshUntilMs - birth.nowMs >= base * 0.9 - 1e-6)
      if (birth.isNothing) assert.equal(fallbackUntilMs, freshUntilMs)
    }),
  )
})

test('nothing survives into a period that demands fresh values, not even as a stand-in', () => {
  fc.assert(
    fc.property(anyClass, anyBirth, fc.integer({ min: 0, max: 1e9 }), (cacheClass, birth, laterMs) => {
      const untilFreshMs = birth.untilFreshMs ?? 5000
      const expiry = expiryOf(CACHE_POLICIES[cacheClass], { ...birth, untilFreshMs })
      assert.equal(ageOf(expiry, birth.nowMs + Math.max(0, untilFreshMs) + laterMs), 'dead')
    }),
  )
})

test('a value is fresh, then stale, then a stand-in, then dead, each until its instant and not at it', () => {
  const expiry = { freshUntilMs: 10, staleUntilMs: 20, fallbackUntilMs: 30 }
  assert.deepEqual(
    [9, 10, 19, 20, 29, 30].map((nowMs) => ageOf(expiry, nowMs)),
    ['fresh', 'stale', 'stale', 'fallback', 'fallback', 'dead'],
  )
})

test('who renews early is near the end, and at the end everybody does', () => {
  const anyTime = fc.integer({ min: 1, max: 100_000 })
  fc.assert(
    fc.property(anyTime, anyTime, anyShare, (makingMs, leftMs, share) => {
      const at = { nowMs: 0, random: 1 - share }
      if (isRenewedEarly({ freshUntilMs: leftMs, makingMs }, at))
        assert.ok(isNearEnd({ freshUntilMs: leftMs, makingMs }, 0))
      assert.ok(isRenewedEarly({ freshUntilMs: 0, makingMs }, at))
    }),
  )
})

test('of readers one making time before the end about 37 in 100 renew, three before it about 5', () => {
  const draws = Array.from({ length: 10_000 }, (_none, place) => (place + 1) / 10_000)
  const share = (leftMs: number): number =>
    draws.filter((random) => isRenewedEarly({ freshUntilMs: leftMs, makingMs: 100 }, { nowMs: 0, random })).length /
    10_000
  assert.ok(Math.abs(share(100) - Math.exp(-1)) < 0.001)
  assert.ok(Math.abs(share(300) - Math.exp(-3)) < 0.001)
})

test('each policy is in itself sound', () => {
  for (const cacheClass of CACHE_CLASSES) {
    const { softMs, hardMs, softFactoryMs, hardFactoryMs, maxBytes, maxEntryBytes, tiers } = CACHE_POLICIES[cacheClass]
    assert.ok(softMs > 0 && softMs <= hardMs, cacheClass)
    assert.ok(softFactoryMs < hardFactoryMs && maxEntryBytes < maxBytes, cacheClass)
    assert.ok(tiers.includes('l1'), cacheClass)
  }
  // What a person may do stays in the process and is never answered from before.
  assert.deepEqual([CACHE_POLICIES.auth.tiers, CACHE_POLICIES.auth.staleIfErrorMs], [['l1'], 0])
})

test('the size of a value is counted by its parts, and counting ends above the limit, also in a circle', () => {
  assert.ok(estimateBytes('x'.repeat(5000), 10_000) >= 5000)
  assert.ok(estimateBytes(new Float32Array(1000), 10_000) >= 4000)
  assert.ok(estimateBytes({ text: 'x'.repeat(300), list: ['y'.repeat(300)] }, 10_000) >= 600)
  assert.ok(estimateBytes(new Map([['a', 'x'.repeat(700)]]), 10_000) >= 700)
  const circle: { self?: unknown } = {}
  circle.self = circle
  const counted = estimateBytes(circle, 10_000)
  assert.ok(counted > 10_000 && counted < 11_000)
  assert.ok(estimateBytes(Array.from({ length: 1_000_000 }), 1000) > 1000)
})
