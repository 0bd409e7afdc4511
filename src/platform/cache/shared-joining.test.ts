import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RedisLink } from '#platform/redis/redis-link.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { beforeEach, hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { until } from '../../../test/support/until.ts'

const redis = await openTestRedis()
let houses = 0

interface Opening {
  readonly url?: string
  readonly spoil?: (link: RedisLink) => RedisLink
}

/** Two processes of one deployment; the second is in the midst of making a value under a tag that it knows. */
async function openMaking({ url = redis.url, spoil = (link) => link }: Opening = {}) {
  houses += 1
  const namespace = `joining ${houses}`
  const one = await openSharedCache({ url, namespace })
  const maker = await openSharedCache({ url, namespace, spoil })
  await isConnected(one)
  await isConnected(maker)
  await maker.ask('another', undefined, ['t'])
  await hasWritten(maker, 1)
  const { promise: read, resolve: finish } = Promise.withResolvers<string>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const first = maker.ask('k', async () => (begin(), read), ['t'])
  await begun
  let others = 0
  const join = () => maker.ask('k', async () => `made after ${(others += 1)}`, ['t'])
  return { one, maker, first, finish, join, others: () => others }
}

test('who joins a making of more than two seconds does not get what an invalidation has ended, though its message was lost', async () => {
  const { one, maker, first, finish, join } = await openMaking({
    spoil: (link) => ({ ...link, listen: () => undefined }),
  })
  await one.cache.invalidate(['t'])
  const soon = join()
  maker.clock.aheadMs = 2000
  const late = join()
  finish('read before the change')
  assert.equal(await first, 'read before the change')
  assert.equal(await soon, 'read before the change', 'within what a lost message may cost')
  assert.equal(await late, 'made after 1')
})

test('a making of tags that still are as they were is joined however long it takes, and Redis is asked once by all who come', async () => {
  let looks = 0
  const { maker, finish, join, others } = await openMaking({ spoil: (link) => beforeEach(link, () => (looks += 1)) })
  maker.clock.aheadMs = 2500
  looks = 0
  const joined = Array.from({ length: 100 }, join)
  await until(() => maker.ledger().joined === 100, 'all have joined')
  assert.equal(looks, 1)
  finish('made once')
  assert.deepEqual([...new Set(await Promise.all(joined))], ['made once'])
  assert.equal(others(), 0)
})

test('while Redis is away a making is joined for ten seconds after it was certain', async () => {
  const own = await openTestRedis()
  const { maker, first, finish, join } = await openMaking({ url: own.url })
  await own.kill()
  await until(() => !maker.redis.isUp(), 'it is noticed')
  maker.clock.aheadMs = 8000
  const soon = join()
  maker.clock.aheadMs = 11_000
  assert.equal(await join(), 'made after 1')
  finish('begun long ago')
  assert.deepEqual(await Promise.all([first, soon]), ['begun long ago', 'begun long ago'])
})
