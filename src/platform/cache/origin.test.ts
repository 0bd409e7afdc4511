import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { CacheOrigin } from '#domain/cache-policy/cache-class.ts'
import { defineScript, type RedisLink } from '#platform/redis/redis-link.ts'
import { openCacheHouse } from '../../../test/support/cache-house.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import type { Maker } from './flight.ts'
import type { Space } from './space.ts'

/** Where answers come from, as those are told who ask for it. */

const fail: Maker<string> = () => Promise.reject(new Error('the source is down'))
const never: Maker<string> = () => new Promise(() => undefined)

/** Asks, and answers what was told; nothing is told twice. */
async function originOf<Value>(space: Space<Value>, make: Maker<Value>, tags: readonly string[] = []): Promise<string> {
  const told: CacheOrigin[] = []
  await space.getOrSet('k', { owner: 'everyone', tags, onOrigin: (origin) => told.push(origin) }, make)
  return told.join(' ')
}

test('in the process: made, kept, stale, and what stands in for a making that fails or takes too long', async () => {
  const { clock, space, make } = openCacheHouse()
  const ask = (how: Maker<string> = make): Promise<string> => originOf(space, how)
  assert.equal(await ask(), 'miss')
  assert.equal(await ask(), 'l1')
  await clock.advance(10_000)
  assert.equal(await ask(), 'stale', 'while it is made anew behind it')
  await clock.advance(1)
  assert.equal(await ask(), 'l1', 'the new one')
  await clock.advance(30_000)
  assert.equal(await ask(fail), 'stale', 'the older one stood in')
  assert.equal(await ask(), 'stale', 'without a new try for a second')
  await clock.advance(1000)
  const slow = ask(never)
  const joined = ask(never)
  await clock.advance(200)
  assert.deepEqual([await slow, await joined], ['stale', 'stale'], 'also for who joined')
  await assert.rejects(originOf(openCacheHouse().space, fail), /the source is down/)
})

test('who waits for what somebody else has begun is told that it was made', async () => {
  const { space } = openCacheHouse()
  const { promise, resolve } = Promise.withResolvers<string>()
  const asked = [1, 2, 3].map(() => originOf(space, () => promise))
  resolve('v')
  assert.deepEqual(await Promise.all(asked), ['miss', 'miss', 'miss'])
})

test('a making that lands after an older value stood in is a new one for who joins it then', async () => {
  const { clock, space, make } = openCacheHouse()
  await originOf(space, make)
  await clock.advance(30_000)
  const { promise, resolve } = Promise.withResolvers<string>()
  const late = originOf(space, () => promise)
  await clock.advance(200)
  assert.equal(await late, 'stale')
  resolve('late')
  await clock.advance(1)
  assert.equal(await originOf(space, make), 'l1')
  assert.equal(space.get('k', 'everyone'), 'late')
})

test('out of Redis: found, joined, past its freshness, and standing in for a making that fails', async () => {
  const redis = await openTestRedis()
  const policy = { softMs: 10_000, hardMs: 20_000, staleIfErrorMs: 100_000 }
  const open = async (): ReturnType<typeof openSharedCache> => {
    const house = await openSharedCache({ url: redis.url, policy })
    await isConnected(house)
    return house
  }
  const one = await open()
  const made: Maker<string> = async () => 'made'
  assert.equal(await originOf(one.space, made), 'miss')
  await hasWritten(one, 1)
  const other = await open()
  assert.deepEqual(await Promise.all([1, 2].map(() => originOf(other.space, made))), ['l2', 'l2'])
  assert.equal(await originOf(other.space, made), 'l1')
  // Redis measures what has passed on its own clock: its stamp is set back.
  const [key = ''] = (await redis.command('KEYS', `${one.redis.prefix}:v:*`)) as string[]
  await setBack(one.redis, key, 15_000)
  assert.equal(await originOf((await open()).space, never), 'stale')
  await setBack(one.redis, key, 15_000)
  assert.equal(await originOf((await open()).space, fail), 'stale')
})

const SET = defineScript(`return redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')`)

/** The same value, put that much earlier. */
async function setBack(redis: RedisLink, key: string, ms: number): Promise<void> {
  const bytes = (await redis.look([key])).values[0] ?? Buffer.alloc(0)
  const putMs = Number(bytes.toString('latin1', 0, 13)) - ms
  await redis.run(SET, { keys: [key], values: [Buffer.concat([Buffer.from(String(putMs)), bytes.subarray(13)])] })
}

test('after Redis was asked about its tags, what lies in the process is told as such', async () => {
  const redis = await openTestRedis()
  const house = await openSharedCache({ url: redis.url })
  await isConnected(house)
  const make: Maker<string> = async () => 'made'
  assert.equal(await originOf(house.space, make, ['t']), 'miss')
  await hasWritten(house, 1)
  house.clock.aheadMs = 2500
  assert.equal(await originOf(house.space, make, ['t']), 'l1')
})

test('what another process was still making was waited for: it is told as made, and spared nobody anything', async () => {
  const redis = await openTestRedis()
  const one = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await isConnected(other)
  const { promise, resolve } = Promise.withResolvers<string>()
  const begun = Promise.withResolvers<null>()
  const making = originOf(one.space, () => (begun.resolve(null), promise))
  await begun.promise
  const waiting = originOf(other.space, () => Promise.reject(new Error('made twice')))
  // It has looked in vain, and been refused the right.
  await delay(50)
  resolve('v')
  assert.deepEqual([await making, await waiting], ['miss', 'miss'])
  const { ledger } = other.cache.ledgers()[0] ?? assert.fail()
  assert.deepEqual([ledger.joined, ledger.tiers.l2.hits, ledger.tiers.l2.savedMs], [1, 0, 0])
})

test('what is made ready counts as no question, and one past its freshness is waited for', async () => {
  const { clock, cache, space } = openCacheHouse()
  const holding = { owner: 'everyone', isAhead: true }
  let made = 0
  const make: Maker<string> = async () => `v${(made += 1)}`
  const answers = [await space.getOrSet('k', holding, make), await space.getOrSet('k', holding, make)]
  await clock.advance(10_000)
  answers.push(await space.getOrSet('k', holding, make))
  assert.deepEqual(answers, ['v1', 'v1', 'v2'])
  const { ledger } = cache.ledgers()[0] ?? assert.fail()
  const { l1 } = ledger.tiers
  assert.deepEqual([ledger.misses, ledger.joined, ledger.stale, l1.hits, l1.savedMs], [0, 0, 0, 0, 0])
  assert.equal(await space.getOrSet('k', { owner: 'everyone' }, make), 'v2')
  assert.equal(l1.hits, 1)
})
