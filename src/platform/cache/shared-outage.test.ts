import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openTestRedis } from '../../../test/support/redis.ts'
import { hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'

const redis = await openTestRedis()

test('a process that has nothing itself and can make nothing answers with what still may stand in', async () => {
  const policy = { softMs: 50, hardMs: 50, staleIfErrorMs: 60_000 }
  const [one, other] = [
    await openSharedCache({ url: redis.url, policy }),
    await openSharedCache({ url: redis.url, policy }),
  ]
  await isConnected(one)
  await isConnected(other)
  const fail = () => Promise.reject(new Error('the source is down'))
  await one.ask('k')
  await hasWritten(one, 1)
  await delay(100)
  assert.equal(await other.ask('k', fail), 'made 1')
  assert.equal(await other.ask('k', fail), 'made 1', 'kept from then on')
  const { failures, misses, stale } = other.ledger()
  assert.deepEqual([misses, stale], [0, 2])
  assert.ok(failures >= 1)
  await assert.rejects(other.ask('never made', fail), { message: 'the source is down' })
  assert.equal(await other.ask('k', async () => 'made anew'), 'made 1', 'after a failure it is left alone for a moment')
  other.clock.aheadMs = 10_000
  assert.equal(await other.ask('k', async () => 'made anew'), 'made anew')
})

test('what a long outage left to forget is told in pieces', async () => {
  const told: number[] = []
  const house = await openSharedCache({
    url: redis.url,
    namespace: 'pieces',
    spoil: (link) => ({ ...link, run: (script, call) => (told.push(call.keys.length), link.run(script, call)) }),
  })
  await isConnected(house)
  await house.cache.invalidate(Array.from({ length: 1200 }, (_, at) => `tag ${at}`))
  assert.deepEqual(told, [500, 500, 200])
})
