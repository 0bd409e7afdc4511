import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineScript, type RedisLink } from '#platform/redis/redis-link.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { beforeEach, hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { until } from '../../../test/support/until.ts'
import { NOTHING } from './keeper.ts'

const SET = defineScript(`return redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')`)
const redis = await openTestRedis()
let houses = 0

/** Two processes of one deployment, with a space in Redis of their own. */
async function openTwo(settings: Omit<Parameters<typeof openSharedCache>[0], 'url' | 'namespace'> = {}) {
  houses += 1
  const namespace = `pair ${houses}`
  const one = await openSharedCache({ url: redis.url, namespace, ...settings })
  const other = await openSharedCache({ url: redis.url, namespace, ...settings })
  await isConnected(one)
  await isConnected(other)
  const keysOf = async (kind: string): Promise<string[]> =>
    // The reply of KEYS is a list of texts.
    (await redis.command('KEYS', `${one.redis.prefix}:${kind}:*`)) as string[]
  return { one, other, namespace, keysOf }
}

test('what one process made another finds, with what it spares, and keeps from then on', async () => {
  const { one, other } = await openTwo()
  const dear = async ({ costs }: { costs(micros: number): void }) => (costs(500), 'dear')
  assert.equal(await one.ask('k', dear, ['t']), 'dear')
  await hasWritten(one, 1)
  assert.equal(await other.ask('k', undefined, ['t']), 'dear')
  assert.equal(
    other.space.getOrSet('k', { owner: 'everyone', tags: ['t'] }, async () => 'no'),
    'dear',
  )
  const { tiers, misses } = other.ledger()
  assert.deepEqual([tiers.l2.hits, tiers.l1.hits, misses, other.calls()], [1, 1, 0, 0])
  assert.deepEqual([tiers.l2.savedMicros, tiers.l1.savedMicros], [500, 500], 'each tier what it answered')
})

test('a value never answers another owner or deployment, nor one that asks for another shape', async () => {
  const { one, namespace } = await openTwo()
  await one.space.getOrSet('k', { owner: 'ann' }, async () => 'of ann')
  await hasWritten(one, 1)
  const ask = async (settings: { namespace: string; shape?: string }, owner: string) => {
    const house = await openSharedCache({ url: redis.url, ...settings })
    await isConnected(house)
    return house.space.getOrSet('k', { owner }, async () => 'made anew')
  }
  assert.equal(await ask({ namespace }, 'ann'), 'of ann')
  assert.equal(await ask({ namespace }, 'bob'), 'made anew')
  assert.equal(await ask({ namespace: 'another deployment' }, 'ann'), 'made anew')
  assert.equal(await ask({ namespace, shape: 'text 2' }, 'ann'), 'made anew')
})

test('that there is nothing is shared as well', async () => {
  const { one, other } = await openTwo()
  await one.ask('k', async () => NOTHING)
  await hasWritten(one, 1)
  assert.equal(await other.ask('k'), NOTHING)
})

test('large values are packed, and come back whole', async () => {
  const { one, other, keysOf } = await openTwo()
  const large = 'All work and no play. '.repeat(2000)
  await one.ask('k', async () => large)
  await hasWritten(one, 1)
  const [key = ''] = await keysOf('v')
  assert.ok(Number(await redis.command('STRLEN', key)) < large.length / 4)
  assert.ok(key.length <= 64)
  assert.equal(await other.ask('k'), large)
})

test('an envelope that is damaged, of a newer or an older form, or filed under another key is a miss', async () => {
  const { one, other, keysOf } = await openTwo()
  await one.ask('k', async () => 'good')
  await hasWritten(one, 1)
  const [key = ''] = await keysOf('v')
  // A character is a byte.
  const good = (await one.redis.look([key])).values[0]?.toString('latin1') ?? ''
  const factsAt = good.indexOf('\n') + 1
  const withNumber = (number: number): string => {
    const bytes = Buffer.from(good, 'latin1')
    bytes.writeDoubleLE(number, factsAt + 1)
    return bytes.toString('latin1')
  }
  const put = (text: string) => one.redis.run(SET, { keys: [key], values: [Buffer.from(text, 'latin1')] })
  const spoilt = [
    '',
    'no line',
    '4\n"x"',
    good.slice(0, -3),
    good.slice(13),
    good.slice(0, factsAt),
    good.slice(0, factsAt + 20),
    `${good.slice(0, 13)}5${good.slice(14)}`,
    `${good.slice(0, 13)}3${good.slice(14)}`,
    good.replace('everyonek', 'everyonex'),
    good.replace('everyonek', 'somebodyk'),
    good.replace(' 8 1 ', ' 7 2 '),
    good.replace('\n\0', '\n\u0001'),
    good.replace('\n\0', '\n\u0009'),
    withNumber(Number.NaN),
    withNumber(-1),
    good.replace('"good"', '42'),
    good.replace('everyonek', 'everyonekadded'),
  ]
  for (const [place, text] of spoilt.entries()) {
    assert.notEqual(text, good, `case ${place}`)
    await put(text)
    const house = await openSharedCache({ url: redis.url, namespace: `pair ${houses}` })
    await isConnected(house)
    assert.equal(await house.ask('k', async () => 'made anew'), 'made anew', `case ${place}`)
    await hasWritten(house, 1)
  }
  await put(good)
  assert.equal(await other.ask('k'), 'good', 'the envelope as it was still is read')
})

test('lifetimes run on the clock of Redis: processes whose clocks are hours apart agree', async () => {
  const { one, other } = await openTwo({ policy: { softMs: 60_000, hardMs: 60_000, staleIfErrorMs: 0 } })
  other.clock.aheadMs = 3 * 3_600_000
  await one.ask('k')
  await hasWritten(one, 1)
  assert.equal(await other.ask('k', async () => 'no'), 'made 1')
  other.clock.aheadMs += 58_000
  assert.equal(await other.ask('k', async () => 'too early'), 'made 1')
  other.clock.aheadMs += 3000
  const again = await openSharedCache({ url: redis.url, namespace: `pair ${houses}`, policy: {} })
  await isConnected(again)
  again.clock.aheadMs = -5 * 3_600_000
  assert.equal(await again.ask('k', async () => 'no'), 'made 1', 'by Redis it is some moments old')
})

test('what is stale in Redis answers who has nothing, and is made anew for all by the next', async () => {
  const { one, other } = await openTwo({ policy: { softMs: 50, hardMs: 60_000, staleIfErrorMs: 0 } })
  await one.ask('k', async () => 'old')
  await hasWritten(one, 1)
  one.clock.aheadMs = 100
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.equal(await other.ask('k', async () => 'no'), 'old')
  assert.equal(await other.ask('k', async () => 'new'), 'old')
  await hasWritten(other, 1)
  assert.equal(other.ledger().stale, 2)
})

test('invalidating a tag in one process ends the value in all, in memory and in Redis', async () => {
  const { one, other } = await openTwo()
  const tags = ['company', 'client:7']
  await one.ask('k', undefined, tags)
  await hasWritten(one, 1)
  assert.equal(await other.ask('k', undefined, tags), 'made 1')
  await one.cache.invalidate(['client:7'])
  assert.equal(one.space.get('k', 'everyone'), undefined)
  await until(() => other.space.get('k', 'everyone') === undefined, 'the other process heard')
  assert.equal(await other.ask('k', async () => 'after it', tags), 'after it')
  assert.equal(await one.ask('k', async () => 'no', tags), 'after it')
})

test('a value under way while its tag is invalidated elsewhere is put nowhere', async () => {
  const { one, other } = await openTwo()
  const { promise: read, resolve: finish } = Promise.withResolvers<string>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const asked = one.ask('k', async () => (begin(), read), ['t'])
  await begun
  await other.cache.invalidate(['t'])
  finish('read before the change')
  assert.equal(await asked, 'read before the change')
  await hasWritten(one, 1)
  assert.equal(await other.ask('k', async () => 'read after it', ['t']), 'read after it')
})

test('when the message of an invalidation is lost the value lives for two seconds, not longer', async () => {
  houses += 1
  const namespace = `pair ${houses}`
  const one = await openSharedCache({ url: redis.url, namespace })
  const deaf = await openSharedCache({
    url: redis.url,
    namespace,
    spoil: (link) => ({ ...link, listen: () => undefined }),
  })
  await isConnected(one)
  await isConnected(deaf)
  await deaf.ask('k', async () => 'old', ['t'])
  await hasWritten(deaf, 1)
  await one.cache.invalidate(['t'])
  assert.equal(await deaf.ask('k', async () => 'new', ['t']), 'old')
  deaf.clock.aheadMs = 2000
  assert.equal(await deaf.ask('k', async () => 'new', ['t']), 'new')
})

test('tags that still are as they were are asked about once every two seconds, by all who come together', async () => {
  let looks = 0
  houses += 1
  const house = await openSharedCache({
    url: redis.url,
    namespace: `pair ${houses}`,
    spoil: (link) => beforeEach(link, () => void (looks += 1)),
  })
  await isConnected(house)
  await house.ask('k', undefined, ['t'])
  await hasWritten(house, 1)
  house.clock.aheadMs = 2500
  looks = 0
  const answers = await Promise.all(Array.from({ length: 100 }, () => house.ask('k', undefined, ['t'])))
  assert.deepEqual([...new Set(answers)], ['made 1'])
  assert.equal(looks, 1)
  assert.equal(await house.ask('k', undefined, ['t']), 'made 1')
  assert.equal(looks, 1)
})

test('after a lost connection nothing is taken for certain that was heard before', async () => {
  const { one, other } = await openTwo()
  await other.ask('k', async () => 'old', ['t'])
  await hasWritten(other, 1)
  // Both connections of both processes; the change below is told to nobody.
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
  await one.cache.invalidate(['t'])
  await until(async () => (await other.ask('k', async () => 'new', ['t'])) === 'new', 'the old value is gone')
})

test('a thousand tags on one value: read, confirmed and ended like few', async () => {
  const { one, other } = await openTwo({ deadlineMs: 1000 })
  const tags = Array.from({ length: 1000 }, (_none, number) => `tag ${number}`)
  await one.ask('k', undefined, tags)
  await hasWritten(one, 1)
  assert.equal(await other.ask('k', undefined, tags), 'made 1')
  await one.cache.invalidate(['tag 500'])
  await until(() => other.space.get('k', 'everyone') === undefined, 'the other process heard')
  assert.equal(await one.ask('k', async () => 'new', tags), 'new')
})

test('a tag that Redis forgot is a miss, not an older version', async () => {
  const { one, other, keysOf } = await openTwo()
  await one.ask('k', undefined, ['t'])
  await hasWritten(one, 1)
  for (const key of await keysOf('t')) await redis.command('DEL', key)
  assert.equal(await other.ask('k', async () => 'made anew', ['t']), 'made anew')
})

test('a value made before its tag was invalidated is not put under the version that came after', async () => {
  const { one, other } = await openTwo()
  const { promise: read, resolve: finish } = Promise.withResolvers<string>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const asked = one.ask('k', async () => (begin(), read), ['t'])
  await begun
  await one.cache.invalidate(['t'])
  // By this the process learns the new version while the old making still runs.
  await one.ask('beside', undefined, ['t'])
  await hasWritten(one, 1)
  finish('read before the change')
  await asked
  assert.equal(await other.ask('k', async () => 'read after it', ['t']), 'read after it')
})

/** A link whose replies to one script wait until they are let go; `asked` resolves when one waits. */
function holdReplies(place: number) {
  const { promise: asked, resolve: tell } = Promise.withResolvers<void>()
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>()
  let calls = 0
  const hold = async <Reply>(answer: Promise<Reply>): Promise<Reply> => {
    calls += 1
    const isHeld = calls === place
    const reply = await answer
    if (isHeld) {
      tell()
      await gate
    }
    return reply
  }
  const spoil = (link: RedisLink): RedisLink => ({
    ...link,
    run: (...call) => hold(link.run(...call)),
    look: (keys) => hold(link.look(keys)),
  })
  return { spoil, asked, letGo }
}

test('a look into Redis that began before an invalidation does not bring the old value back', async () => {
  houses += 1
  const namespace = `pair ${houses}`
  const other = await openSharedCache({ url: redis.url, namespace })
  await isConnected(other)
  await other.ask('k', async () => 'old', ['t'])
  await hasWritten(other, 1)
  const held = holdReplies(1)
  const one = await openSharedCache({ url: redis.url, namespace, spoil: held.spoil })
  await isConnected(one)
  const asked = one.ask('k', async () => 'new', ['t'])
  await held.asked
  await one.cache.invalidate(['t'])
  held.letGo()
  await asked
  assert.equal(await one.ask('k', async () => 'new', ['t']), 'new')
})

test('who gets the right after somebody else has put the value finds it, and makes nothing', async () => {
  houses += 1
  const namespace = `pair ${houses}`
  const held = holdReplies(1)
  const one = await openSharedCache({ url: redis.url, namespace, spoil: held.spoil })
  const other = await openSharedCache({ url: redis.url, namespace })
  await isConnected(one)
  await isConnected(other)
  const asked = one.ask('k', async () => 'a second time')
  await held.asked
  await other.ask('k', async () => 'once')
  await hasWritten(other, 1)
  held.letGo()
  assert.equal(await asked, 'once')
})
