import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { LimitName } from '#domain/rate-limit.ts'
import { createManualClock } from '../../test/support/manual-clock.ts'
import { addressGroup, createRateLimiter } from './rate-limit.ts'

function open(maxBuckets?: number) {
  const clock = createManualClock()
  const limited: LimitName[] = []
  const limiter = createRateLimiter({
    clock,
    onLimited: (limit) => limited.push(limit),
    ...(maxBuckets ? { maxBuckets } : {}),
  })
  return { clock, limited, limiter }
}

/** The same under a calendar that moves every rate to this one. */
function openAt(ratePerSecond: number) {
  const clock = createManualClock()
  return { clock, limiter: createRateLimiter({ clock, rateNow: () => ratePerSecond }) }
}

function principal(memberId: string, credential: Principal['credential']): Principal {
  // The limits look at nothing else.
  return { memberId, credential } as Principal
}

/** How many of `count` requests in one instant pass. */
function passing(count: number, request: () => void): number {
  let passed = 0
  for (let n = 0; n < count; n += 1) {
    try {
      request()
      passed += 1
    } catch (error) {
      assert.ok(error instanceof SophiaError && error.code === 'RATE_LIMITED')
      assert.ok((error.retryAfterSeconds ?? 0) >= 1)
    }
  }
  return passed
}

test('an address without credentials may burst fifty requests, then ten a second', () => {
  const { clock, limited, limiter } = open()
  const request = () => limiter.admit({ principal: null, address: '192.0.2.1' })
  assert.equal(passing(80, request), 50)
  assert.deepEqual(new Set(limited), new Set(['address']))
  clock.advance(1000)
  assert.equal(passing(80, request), 10)
  assert.equal(
    passing(5, () => limiter.admit({ principal: null, address: '192.0.2.2' })),
    5,
  )
})

test('however low the calendar puts a rate, that many requests do pass; at none nobody, with a wait that can be told', () => {
  const slow = openAt(0.1)
  const ask = () => slow.limiter.admit({ principal: null, address: '192.0.2.1' })
  assert.equal(passing(5, ask), 1)
  slow.clock.advance(9000)
  assert.equal(passing(5, ask), 0)
  slow.clock.advance(1000)
  assert.equal(passing(5, ask), 1)
  const closed = openAt(0)
  assert.throws(() => closed.limiter.admit({ principal: null, address: '192.0.2.1' }), { retryAfterSeconds: 3600 })
})

test('a member may burst a hundred requests over all their sessions, then twenty a second', () => {
  const { clock, limiter } = open()
  let session = 0
  const request = () =>
    limiter.admit({
      principal: principal('ann', { kind: 'session', id: `s${(session += 1) % 3}` }),
      address: '192.0.2.1',
    })
  assert.equal(passing(150, request), 100)
  clock.advance(500)
  assert.equal(passing(150, request), 10)
})

test('more keys are not more requests, and members behind one address do not share a limit', () => {
  const { limited, limiter } = open()
  let key = 0
  const many = () =>
    limiter.admit({ principal: principal('ann', { kind: 'key', id: `k${(key += 1) % 10}` }), address: '192.0.2.1' })
  assert.equal(passing(200, many), 100)
  assert.ok(limited.includes('member'))
  const other = () => limiter.admit({ principal: principal('bob', { kind: 'key', id: 'k' }), address: '192.0.2.1' })
  assert.equal(passing(150, other), 100)
  assert.ok(limited.includes('key'))
})

test('one IPv6 host counts once however many addresses of its network it uses', () => {
  assert.equal(addressGroup('2001:db8:1:2::1'), addressGroup('2001:db8:1:2:ffff::9'))
  assert.notEqual(addressGroup('2001:db8:1:2::1'), addressGroup('2001:db8:1:3::1'))
  assert.equal(addressGroup('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(addressGroup('no address'), 'unknown')
})

test('memory stays bounded, and whoever is being limited is not forgotten while others are idle', () => {
  const { clock, limiter } = open(100)
  assert.equal(
    passing(60, () => limiter.admit({ principal: null, address: '192.0.2.1' })),
    50,
  )
  clock.advance(200)
  for (let n = 0; n < 5000; n += 1) {
    clock.advance(1)
    limiter.admit({ principal: null, address: `10.${n % 200}.${Math.floor(n / 200)}.1` })
    if (n === 90) assert.ok(passing(60, () => limiter.admit({ principal: null, address: '192.0.2.1' })) < 5)
    assert.ok(limiter.size() <= 100)
  }
})

test('the business calendar moves rate and burst together, from one request to the next', () => {
  const clock = createManualClock()
  let factor = 1
  const limiter = createRateLimiter({ clock, rateNow: (limit, rate) => (limit === 'address' ? rate * factor : rate) })
  const request = () => limiter.admit({ principal: null, address: '192.0.2.1' })
  assert.equal(passing(80, request), 50)
  factor = 2
  clock.advance(1000)
  assert.equal(passing(80, request), 20)
  clock.advance(60_000)
  assert.equal(passing(200, request), 100)
})
