import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestRedis } from '../../../test/support/redis.ts'
import { hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { startShippedRedis } from '../../../test/support/redis-shipped.ts'
import { until } from '../../../test/support/until.ts'

type House = Awaited<ReturnType<typeof openSharedCache>>

/** Until the mark lies there and each of them knows it. */
async function knowTheMark(...houses: House[]): Promise<void> {
  for (const house of houses) {
    await isConnected(house)
    await looked(house)
  }
}

/** A look at the least of which the answer is there: what is sent after it is answered after it. */
async function looked(house: House): Promise<void> {
  house.clock.lookForLosses()
  await house.redis.look([`${house.redis.prefix}:none`])
}

test('a Redis that was emptied is noticed by every process, once for each time', async () => {
  const redis = await openTestRedis()
  const one = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await knowTheMark(one, other)
  await looked(one)
  assert.deepEqual([one.cache.losses(), other.cache.losses()], [0, 0], 'the first mark is no loss')
  for (const times of [1, 2]) {
    await redis.command('FLUSHALL')
    for (const house of [one, other, one, other]) await looked(house)
    const counts = (): string => `${one.cache.losses()} ${other.cache.losses()}`
    await until(() => counts() === `${times} ${times}`, 'both have noticed')
  }
})

test('one that was started anew without what it had is noticed when it is back; a cut that lost nothing is none', async () => {
  const redis = await openTestRedis()
  const house = await openSharedCache({ url: redis.url })
  await knowTheMark(house)
  await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await isConnected(house)
  await looked(house)
  assert.equal(house.cache.losses(), 0)
  await redis.kill()
  await until(() => !house.redis.isUp(), 'it is noticed')
  // Only its look: a command that fails would have Redis left alone for a second, and its return looked at later.
  house.clock.lookForLosses()
  assert.equal(house.cache.losses(), 0, 'one that is away has lost nothing yet')
  await redis.start()
  await until(() => house.cache.losses() === 1, 'its loss is noticed')
})

test('what is let go of in the process is a loss as well', async () => {
  const redis = await openTestRedis()
  const house = await openSharedCache({ url: redis.url })
  await knowTheMark(house)
  await house.ask('k')
  await hasWritten(house, 1)
  house.cache.empty()
  assert.equal(house.cache.losses(), 1)
})

test('the user that ships may look for losses', async (t) => {
  const redis = await startShippedRedis()
  t.after(redis.end)
  const house = await openSharedCache({ url: redis.url })
  await knowTheMark(house)
  await redis.command('FLUSHALL')
  await looked(house)
  await until(() => house.cache.losses() === 1, 'it is noticed')
})
