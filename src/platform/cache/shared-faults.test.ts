import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import type { RedisLink } from '#platform/redis/redis-link.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { beforeEach, hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { until } from '../../../test/support/until.ts'

/** Whatever becomes of Redis, every question is answered; only how long it takes changes. */

/** What one that is frozen is waited for, once. */
const SHORT_MS = 500

test('Redis was never there: everything works, and nothing waits for it', async () => {
  const house = await openSharedCache({ url: 'redis://127.0.0.1:1' })
  assert.equal(house.redis.isUp(), false)
  assert.equal(await house.ask('k', undefined, ['t']), 'made 1')
  await house.cache.invalidate(['t'])
  assert.equal(await house.ask('k', undefined, ['t']), 'made 2')
  assert.equal((await house.redis.observe()).state, 'down')
})

test('frozen: what is in memory answers at once, the first cold question after the deadline, the next without it', async () => {
  const redis = await openTestRedis()
  let commands = 0
  const spoil = (link: RedisLink): RedisLink => beforeEach(link, () => void (commands += 1))
  const house = await openSharedCache({ url: redis.url, deadlineMs: SHORT_MS, spoil })
  await isConnected(house)
  await house.ask('hot')
  await hasWritten(house, 1)
  redis.freeze()
  const before = commands
  const hot = house.space.getOrSet('hot', { owner: 'everyone' }, async () => 'no')
  assert.equal(hot, 'made 1', 'a value, not a promise')
  assert.equal(commands, before)
  assert.equal(await house.ask('cold'), 'made 2')
  assert.equal(commands, before + 1, 'one command is what it costs to find out')
  assert.equal(await house.ask('next'), 'made 3')
  assert.equal(commands, before + 1, 'and no other is sent until it answers a ping')
  assert.equal((await house.redis.observe()).state, 'degraded')
  redis.thaw()
  await isConnected(house)
  await house.ask('after')
  await hasWritten(house, 2)
})

test('an invalidation that Redis could not be told is told before Redis is asked again', async () => {
  const redis = await openTestRedis()
  const one = await openSharedCache({ url: redis.url, deadlineMs: SHORT_MS })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await isConnected(other)
  await one.ask('k', async () => 'old', ['t'])
  await hasWritten(one, 1)
  assert.equal(await other.ask('k', undefined, ['t']), 'old')
  redis.freeze()
  await one.cache.invalidate(['t'])
  redis.thaw()
  assert.equal(await one.ask('k', async () => 'new', ['t']), 'new')
  await until(async () => (await other.ask('k', async () => 'new', ['t'])) === 'new', 'the other process heard')
})

test('an invalidation that Redis lost again, as by a crash or an election, is told once more when it is back', async () => {
  const redis = await openTestRedis()
  const one = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await one.ask('k', async () => 'old', ['t'])
  await hasWritten(one, 1)
  await redis.command('SAVE')
  await one.cache.invalidate(['t'])
  // What it wrote down last is from before.
  await redis.kill()
  await redis.start()
  const tags = (): Promise<unknown> => redis.command('KEYS', `${one.redis.prefix}:t:*`)
  await until(async () => String(await tags()) === '', 'it is told again')
  const other = await openSharedCache({ url: redis.url })
  await isConnected(other)
  assert.equal(await other.ask('k', async () => 'new', ['t']), 'new')
})

test('killed and started again: questions are answered throughout, and sharing begins anew', async () => {
  const redis = await openTestRedis()
  const one = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await one.ask('k')
  await hasWritten(one, 1)
  await redis.kill()
  for (let count = 0; count < 20; count += 1) assert.match(String(await one.ask(`while ${count}`)), /^made/)
  await redis.start()
  await isConnected(one)
  await isConnected(other)
  const written = one.ledger().tiers.l2.writes
  await one.ask('again', async () => 'shared again')
  await hasWritten(one, written + 1)
  assert.equal(await other.ask('again'), 'shared again')
})

test('emptied: values are made again, and what hangs on tags is not trusted', async () => {
  const redis = await openTestRedis()
  const house = await openSharedCache({ url: redis.url })
  await isConnected(house)
  await house.ask('k', undefined, ['t'])
  await hasWritten(house, 1)
  await redis.command('FLUSHALL')
  house.clock.aheadMs = 2500
  assert.equal(await house.ask('k', undefined, ['t']), 'made 2')
})

test('full: what is there is read, nothing new is put, invalidating still works, and every question is answered', async () => {
  const redis = await openTestRedis({ 'maxmemory-policy': 'noeviction' })
  const one = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await isConnected(other)
  await one.ask('there', async () => 'there', ['t'])
  await hasWritten(one, 1)
  await redis.command('CONFIG', 'SET', 'maxmemory', '1')
  assert.equal(await other.ask('there', undefined, ['t']), 'there')
  assert.equal(await one.ask('new', async () => 'new'), 'new')
  assert.ok(one.ledger().tiers.l2.failures > 0)
  assert.ok(one.redis.isUp(), 'a refusal is no outage')
  await one.cache.invalidate(['t'])
  await until(() => other.space.get('there', 'everyone') === undefined, 'the other process heard')
  assert.equal(await other.ask('there', async () => 'after it', ['t']), 'after it')
})

test('while Redis is away, what hangs on tags is believed for ten seconds after it was certain', async () => {
  const redis = await openTestRedis()
  const house = await openSharedCache({ url: redis.url })
  await isConnected(house)
  await house.ask('k', undefined, ['t'])
  await hasWritten(house, 1)
  await redis.kill()
  await until(() => !house.redis.isUp(), 'it is noticed')
  house.clock.aheadMs = 8000
  assert.equal(await house.ask('k', undefined, ['t']), 'made 1')
  house.clock.aheadMs = 11_000
  assert.equal(await house.ask('k', undefined, ['t']), 'made 2')
})

test('a maker that fails gives the right to the next; one that hangs holds the others no longer than the limit', async () => {
  const redis = await openTestRedis()
  const policy = { hardFactoryMs: 1500, softFactoryMs: 100 }
  const one = await openSharedCache({ url: redis.url, policy })
  const other = await openSharedCache({ url: redis.url, policy })
  await isConnected(one)
  await isConnected(other)
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: failing, reject: fail } = Promise.withResolvers<string>()
  const failed = assert.rejects(
    one.ask('k', async () => (begin(), failing)),
    { message: 'the source is down' },
  )
  await begun
  const next = other.ask('k', async () => 'by the next')
  fail(new Error('the source is down'))
  await failed
  assert.equal(await next, 'by the next')
  const { promise: stuck, resolve: hang } = Promise.withResolvers<void>()
  const hanging = assert.rejects(
    one.ask('stuck', () => (hang(), new Promise(() => undefined))),
    { code: 'UNREACHABLE' },
  )
  await stuck
  await assert.rejects(
    other.ask('stuck', async () => 'never asked'),
    { code: 'UNREACHABLE' },
  )
  await hanging
})

test('when the process with the right dies, another has it within some seconds', async () => {
  const redis = await openTestRedis()
  const dying = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(dying)
  await isConnected(other)
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  dying.ask('k', () => (begin(), new Promise(() => undefined))).catch(() => undefined)
  await begun
  await dying.cache.close()
  await dying.redis.close()
  assert.equal(await other.ask('k', async () => 'by the other'), 'by the other')
})

test('four processes that miss one value 250 times each make it once', async () => {
  const redis = await openTestRedis()
  const program = new URL('../../../test/support/cache-process.ts', import.meta.url)
  const children = Array.from({ length: 4 }, () => fork(program, [redis.url]))
  await Promise.all(children.map((child) => once(child, 'message')))
  const answered = children.map((child) => once(child, 'message'))
  const ended = children.map((child) => once(child, 'exit'))
  for (const child of children) child.send('k')
  assert.deepEqual(
    (await Promise.all(answered)).map(([answers]) => answers),
    Array.from({ length: 4 }, () => ['made 1']),
  )
  assert.equal(await redis.command('GET', 'makings'), '1')
  for (const child of children) child.send('end')
  await Promise.all(ended)
})
