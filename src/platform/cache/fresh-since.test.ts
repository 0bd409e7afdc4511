import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RedisLink } from '#platform/redis/redis-link.ts'
import { seasonFrom } from '../../../test/support/cache-house.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { until } from '../../../test/support/until.ts'

const redis = await openTestRedis()

/** One of several processes of a deployment, by whose calendar a period begins that wants its values fresh. */
async function openWith(startMs: () => number) {
  const house = await openSharedCache({ url: redis.url, seasonOf: seasonFrom(startMs) })
  await isConnected(house)
  return house
}

test('what is in Redis from before a period that demands fresh values answers nobody in it, whatever a clock says', async () => {
  let startMs = Date.now() + 600_000
  const one = await openWith(() => startMs)
  const other = await openWith(() => startMs)
  await one.ask('k', async () => 'of before')
  await hasWritten(one, 1)
  assert.equal(await other.ask('k', async () => 'no'), 'of before', 'until then it is good')
  const ahead = await openWith(() => startMs)
  ahead.clock.aheadMs = 601_000
  assert.equal(await ahead.ask('k', async () => 'of within'), 'of within')
  await hasWritten(ahead, 1)
  // What is put there by a process whose clock is late is what it knew before.
  assert.equal(await one.ask('late', async () => 'of before'), 'of before')
  await hasWritten(one, 2)
  assert.equal(await ahead.ask('late', async () => 'of within'), 'of within')
  // Begun before the start and come after it: for who waited, and for nobody after.
  const begun = Promise.withResolvers<void>()
  const slow = other.ask('slow', async () => (await begun.promise, 'of before'))
  await until(async () => (await redis.command('EXISTS', ...(await leases(other)))) === 1, 'it is being made')
  other.clock.aheadMs = 601_000
  begun.resolve()
  assert.equal(await slow, 'of before')
  await hasWritten(other, 1)
  assert.equal(await ahead.ask('slow', async () => 'of within'), 'of within')
  assert.equal(await other.ask('slow', async () => 'of within'), 'of within')
  // Another start, as in a calendar that was saved: also what was within the first is from before.
  startMs += 500
  ahead.clock.aheadMs += 2000
  assert.equal(await ahead.ask('k', async () => 'of the second'), 'of the second')
})

async function leases(house: { readonly redis: RedisLink }): Promise<string[]> {
  // The reply of KEYS is a list of texts.
  const keys = (await redis.command('KEYS', `${house.redis.prefix}:l:*`)) as string[]
  return keys.length === 0 ? ['none'] : keys
}
