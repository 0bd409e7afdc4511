import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponents, type ComponentNeeds } from '#features/operations/components.ts'
import { createMetrics, watchCache } from '#platform/telemetry/metrics.ts'
import { defineScript } from '#platform/redis/redis-link.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import {
  hasWritten,
  isConnected,
  openSharedCache,
  type SharedCacheHouse,
} from '../../../test/support/shared-cache-house.ts'
import { until } from '../../../test/support/until.ts'

/** What is not as it should be in Redis is told in words once, shown while it lasts, and counted each time. */

const SET = defineScript(`return redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')`)
const OVER_MS = 5 * 60_000

async function open(url: string): Promise<SharedCacheHouse> {
  const house = await openSharedCache({ url })
  await isConnected(house)
  house.clock.lookForLosses()
  await house.redis.look([`${house.redis.prefix}:none`])
  return house
}

/** What `/health` says of Redis. */
async function healthOf({ redis, cache }: SharedCacheHouse): Promise<string> {
  // Only the parts that are asked.
  const needs = { redis, cacheTroubles: cache.troubles.now } as unknown as ComponentNeeds
  const seen = await createComponents(needs)['redis']?.probe(new AbortController().signal)
  return `${seen?.state} ${seen?.detail}`
}

/** Puts another value in place of each that lies there. */
async function spoilAll({ redis }: SharedCacheHouse, change: (bytes: Buffer) => Buffer, keys: string[]): Promise<void> {
  const { values } = await redis.look(keys)
  for (const [place, bytes] of values.entries()) {
    const put = { keys: keys.slice(place, place + 1), values: [change(bytes ?? Buffer.alloc(0))] }
    // oxlint-disable-next-line no-await-in-loop
    await redis.run(SET, put)
  }
}

const FORMS: readonly [
  what: string,
  change: (bytes: Buffer) => Buffer,
  words: RegExp,
  kind: 'damaged' | 'another-form',
][] = [
  ['a newer form', (bytes) => withForm(bytes, '5'), /another version of Sophia/, 'another-form'],
  ['an older form', (bytes) => withForm(bytes, '3'), /another version of Sophia/, 'another-form'],
  ['cut off', (bytes) => bytes.subarray(0, -3), /cannot be read/, 'damaged'],
  ['no stamp', (bytes) => bytes.subarray(13), /cannot be read/, 'damaged'],
  ['empty', () => Buffer.alloc(0), /cannot be read/, 'damaged'],
  ['no form', (bytes) => Buffer.concat([bytes.subarray(0, 13), Buffer.from('?')]), /cannot be read/, 'damaged'],
  [
    'another shape',
    (bytes) => Buffer.from(bytes.toString('latin1').replace(/"made \d"/, '42'), 'latin1'),
    /cannot be read/,
    'damaged',
  ],
]

function withForm(bytes: Buffer, form: string): Buffer {
  return Buffer.concat([bytes.subarray(0, 13), Buffer.from(form), bytes.subarray(14)])
}

test('an envelope that cannot be read is told once however many there are, shown, and told to be over', async (t) => {
  for (const [what, change, words, kind] of FORMS)
    await t.test(what, async () => {
      const redis = await openTestRedis()
      const one = await open(redis.url)
      for (const key of ['a', 'b', 'c']) await one.ask(key)
      await hasWritten(one, 3)
      await spoilAll(one, change, (await redis.command('KEYS', `${one.redis.prefix}:v:*`)) as string[])
      const other = await open(redis.url)
      for (const key of ['a', 'b', 'c']) assert.equal(await other.ask(key, async () => 'anew'), 'anew')
      assert.equal(other.told().length, 1)
      assert.match(other.told()[0] ?? '', words)
      assert.ok(other.cache.troubles.counts()[kind] >= 3)
      assert.match(await healthOf(other), words)
      other.clock.aheadMs += OVER_MS
      assert.doesNotMatch(await healthOf(other), words)
      assert.match(other.told().at(-1) ?? '', /^info Redis: no more for five minutes/)
      assert.equal(other.told().length, 2)
    })
})

test('what was made under other tags, for somebody else or before a period is no trouble', async () => {
  const redis = await openTestRedis()
  const one = await open(redis.url)
  await one.ask('k', undefined, ['t'])
  await hasWritten(one, 1)
  await one.cache.invalidate(['t'])
  const other = await open(redis.url)
  await other.ask('k', undefined, ['t'])
  const shaped = await openSharedCache({ url: redis.url, shape: 'text 2' })
  await isConnected(shaped)
  await shaped.ask('k', undefined, ['t'])
  for (const house of [one, other, shaped])
    assert.deepEqual(house.cache.troubles.counts(), { 'another-form': 0, damaged: 0, full: 0, emptied: 0 })
})

test('a Redis out of memory is told once however much it refuses, makes the part degraded, and is over when it takes values', async () => {
  const redis = await openTestRedis({ maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lfu' })
  const house = await open(redis.url)
  await house.ask('there')
  await hasWritten(house, 1)
  assert.match(await healthOf(house), /^ok /)
  // Nothing may leave, and there is no room.
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
  await redis.command('CONFIG', 'SET', 'maxmemory', '1')
  for (const key of ['a', 'b', 'c']) assert.match(String(await house.ask(key)), /^made/)
  await until(() => house.cache.troubles.counts().full >= 3, 'all were refused')
  assert.deepEqual(
    house.told().map((line) => line.slice(0, 4)),
    ['warn'],
  )
  assert.match(house.told()[0] ?? '', /out of memory/)
  assert.match(await healthOf(house), /^degraded .*out of memory/)
  await redis.command('CONFIG', 'SET', 'maxmemory', '100mb')
  await house.ask('d')
  await hasWritten(house, 2)
  house.clock.aheadMs += OVER_MS
  assert.match(await healthOf(house), /^ok /)
  assert.match(house.told().at(-1) ?? '', /^info /)
})

test('a flush is told, shown for five minutes and counted', async () => {
  const redis = await openTestRedis()
  const house = await open(redis.url)
  await house.ask('k')
  await hasWritten(house, 1)
  const metrics = createMetrics()
  watchCache(metrics, house.cache)
  await redis.command('FLUSHALL')
  house.clock.lookForLosses()
  await until(() => house.told().length === 1, 'it is told')
  assert.match(house.told()[0] ?? '', /^warn Redis: what lay there was lost/)
  assert.match(await healthOf(house), /what lay there was lost/)
  const scraped = await metrics.registry.getSingleMetricAsString('sophia_cache_troubles_total')
  assert.match(scraped, /\{trouble="emptied"\} 1/)
  assert.match(scraped, /\{trouble="full"\} 0/)
  house.clock.aheadMs += OVER_MS
  assert.doesNotMatch(await healthOf(house), /was lost/)
})
