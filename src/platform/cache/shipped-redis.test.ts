import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandRedis } from '../../../test/support/redis.ts'
import { startShippedRedis } from '../../../test/support/redis-shipped.ts'
import { hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { until } from '../../../test/support/until.ts'

/** Redis by the files in deploy/redis, as an operator starts it. */
const redis = await startShippedRedis()
after(redis.end)

test('the cache works over the Redis that ships, and begins warm after it was killed', async () => {
  const one = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await isConnected(other)
  await one.ask('k', async () => 'first', ['t'])
  await hasWritten(one, 1)
  assert.equal(await other.ask('k', undefined, ['t']), 'first')
  await one.cache.invalidate(['t'])
  await until(async () => (await other.ask('k', async () => 'second', ['t'])) === 'second', 'the other process heard')
  const written = one.ledger().tiers.l2.writes
  await one.ask('warm', async () => 'kept over the restart')
  await hasWritten(one, written + 1)
  // Else the newest second may be lost with it.
  await redis.command('CONFIG', 'SET', 'appendfsync', 'always')
  await redis.kill()
  await redis.start()
  const late = await openSharedCache({ url: redis.url })
  await isConnected(late)
  assert.equal(await late.ask('warm', async () => 'made anew'), 'kept over the restart')
  const { state, detail } = await late.redis.observe()
  assert.equal(state, 'ok', detail)
})

test('what the product does not need is refused to its user, outside scripts and in them', async () => {
  const dangerous = [
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['CONFIG', 'SET', 'maxmemory', '0'],
    ['CONFIG', 'GET', '*'],
    ['KEYS', '*'],
    ['SCAN', '0'],
    ['SHUTDOWN', 'NOSAVE'],
    ['DEBUG', 'SLEEP', '10'],
    ['ACL', 'LIST'],
    ['SCRIPT', 'FLUSH'],
    ['CLIENT', 'LIST'],
    ['CLUSTER', 'RESET'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['MONITOR'],
    ['MODULE', 'LIST'],
    ['FUNCTION', 'LIST'],
    ['GET', 'of-somebody-else'],
    ['PUBLISH', 'of-somebody-else', 'text'],
    ['SUBSCRIBE', 'of-somebody-else'],
    ['EVAL', "return redis.call('GET', KEYS[1])", '1', 'of-somebody-else'],
    ['EVAL', "return redis.call('FLUSHALL')", '0'],
  ]
  for (const words of dangerous)
    await assert.rejects(
      commandRedis(redis.url, words),
      /NOPERM|ACL failure|permission|DEBUG command not allowed|can't run this command/i,
      words.join(' '),
    )
  assert.equal(String(await commandRedis(redis.url, ['GET', 'sophia:x'])), 'null')
})

test('nobody comes in without a password, and by the files as they ship nobody at all', async () => {
  const bare = `redis://127.0.0.1:${redis.port}`
  await assert.rejects(commandRedis(bare, ['PING']), /NOAUTH/)
  await assert.rejects(commandRedis(`redis://sophia:@127.0.0.1:${redis.port}`, ['PING']), /NOAUTH|WRONGPASS/)
  await redis.command('ACL', 'SETUSER', 'as-shipped', 'on', 'resetpass')
  await assert.rejects(commandRedis(`redis://as-shipped:any@127.0.0.1:${redis.port}`, ['PING']), /WRONGPASS/)
})
