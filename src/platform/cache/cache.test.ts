import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SeasonOf } from '#domain/cache-policy/expiry.ts'
import { createMetrics, watchCache } from '#platform/telemetry/metrics.ts'
import { HOUSE_POLICY, openCacheHouse, PLAIN, seasonFrom } from '../../../test/support/cache-house.ts'
import type { Maker } from './flight.ts'
import { savedOf } from './ledger.ts'
import { areCurrent, createTagBook } from './tag-book.ts'

const never: Maker<string> = () => new Promise(() => undefined)
const fail: Maker<string> = () => Promise.reject(new Error('the source is down'))

test('a value never answers another owner, even under an equal key', async () => {
  const { space, ask } = openCacheHouse()
  assert.equal(await ask(undefined, 'ann'), 'v1')
  assert.equal(space.get('k', 'bob'), undefined)
  assert.equal(await ask(undefined, 'bob'), 'v2')
  assert.deepEqual([space.get('k', 'ann'), space.get('k', 'bob')], ['v1', 'v2'])
  // Owners and keys that run together as text are told apart while a making is shared too.
  const both = await Promise.all([
    space.getOrSet('bc', { owner: 'a' }, async () => 'of a'),
    space.getOrSet('c', { owner: 'ab' }, async () => 'of ab'),
  ])
  assert.deepEqual(both, ['of a', 'of ab'])
})

test('invalidating a tag ends all that was made under it, whatever is under way, and nothing else', async () => {
  const { clock, cache, space, ask } = openCacheHouse()
  await ask()
  await space.getOrSet('other', { owner: 'ann', tags: ['u'] }, async () => 'stays')
  await cache.invalidate(['t', 'nobody holds this'])
  assert.equal(space.get('k', 'ann'), undefined)
  assert.equal(space.get('other', 'ann'), 'stays')
  const slow =
    (value: string): Maker<string> =>
    async () => {
      await clock.sleep(100)
      return value
    }
  const before = ask(slow('read before the change'))
  await cache.invalidate(['t'])
  const after = ask(slow('read after it'))
  await clock.advance(100)
  assert.deepEqual([await before, await after], ['read before the change', 'read after it'])
  assert.equal(space.get('k', 'ann'), 'read after it')
})

test('a cache that is emptied holds no room and answers nothing, and is filled anew', async () => {
  const { cache, space, ask } = openCacheHouse()
  await ask()
  await space.getOrSet('other', { owner: 'ann' }, async () => 'too')
  const bytes = (): number => cache.ledgers().reduce((sum, { ledger }) => sum + ledger.tiers.l1.bytes, 0)
  assert.ok(bytes() > 0)
  cache.empty()
  assert.equal(bytes(), 0)
  assert.deepEqual([space.get('k', 'ann'), space.get('other', 'ann')], [undefined, undefined])
  assert.equal(await ask(), 'v2')
  assert.ok(bytes() > 0)
})

test('an invalidated value does not stand in for a failure either', async () => {
  const { clock, cache, ask } = openCacheHouse()
  await ask()
  await clock.advance(30_000)
  const asked = assert.rejects(
    ask(async () => {
      await cache.invalidate(['t'])
      throw new Error('the source is down')
    }),
    { message: 'the source is down' },
  )
  await asked
})

test('a thousand tags at once: the value ends with any one of them', async () => {
  const { cache, space } = openCacheHouse()
  const tags = Array.from({ length: 1000 }, (_none, number) => `tag ${number}`)
  await space.getOrSet('many', { owner: 'ann', tags }, async () => 'kept')
  assert.equal(space.get('many', 'ann'), 'kept')
  await cache.invalidate(['tag 777'])
  assert.equal(space.get('many', 'ann'), undefined)
})

test('a making that nobody shares is kept at its end, unless a tag was invalidated since it began', async () => {
  const { clock, cache, space, ledger } = openCacheHouse()
  const keep = space.begin('own', { owner: 'ann', tags: ['t'] })
  keep('first')
  assert.equal(space.get('own', 'ann'), 'first')
  const late = space.begin('own', { owner: 'ann', tags: ['t'] })
  await cache.invalidate(['t'])
  assert.equal(space.get('own', 'ann'), undefined)
  late('read before the change')
  assert.equal(ledger().tiers.l1.entries, 0, 'it takes no room either')
  assert.equal(space.get('own', 'ann'), undefined)
  const earlier = space.begin('own', { owner: 'ann' })
  await clock.advance(1)
  space.begin('own', { owner: 'ann' })('knows more')
  earlier('knows less')
  assert.equal(space.get('own', 'ann'), 'knows more')
  assert.equal(ledger().tiers.l1.entries, 1)
})

test('parts, and values above the limit, are handed on but not kept', async () => {
  const { space, ledger } = openCacheHouse()
  assert.equal(await space.getOrSet('part', { owner: 'ann' }, async ({ doNotKeep }) => (doNotKeep(), 'half')), 'half')
  assert.equal((await space.getOrSet('huge', { owner: 'ann' }, async () => 'x'.repeat(3000)))?.toString().length, 3000)
  assert.deepEqual([space.get('part', 'ann'), space.get('huge', 'ann')], [undefined, undefined])
  assert.equal(ledger().tiers.l1.entries, 0)
})

test('a class keeps to its room, and its ledger to what is there', async () => {
  const { space, ledger } = openCacheHouse()
  for (let count = 0; count < 100; count += 1)
    await space.getOrSet(`key ${count % 40}`, { owner: 'ann' }, async () => 'x'.repeat(400 + count))
  const { entries, bytes, evictions } = ledger().tiers.l1
  assert.ok(bytes <= HOUSE_POLICY.maxBytes && bytes > HOUSE_POLICY.maxBytes / 2)
  assert.ok(evictions > 0)
  const there = Array.from({ length: 40 }, (_none, number) => space.get(`key ${number}`, 'ann')).filter((one) => one)
  assert.equal(there.length, entries)
})

test('what was spared is what the making took and cost, once for each answer without it', async () => {
  const { clock, ask, ledger } = openCacheHouse()
  const dear: Maker<string> = async ({ costs }) => {
    await clock.sleep(300)
    costs(2500)
    return 'dear'
  }
  const first = ask(dear)
  await clock.advance(300)
  await first
  assert.deepEqual(savedOf(ledger()), { savedMs: 0, savedMicros: 0 })
  await ask()
  await ask()
  assert.deepEqual(savedOf(ledger()), { savedMs: 600, savedMicros: 5000 })
  assert.equal(ledger().tiers.l1.hits, 2)
})

test('near its end a value is renewed early, by whoever draws so, while it still answers', async () => {
  let drawn = 0
  const { clock, space, ask } = openCacheHouse({ random: () => drawn })
  const slow: Maker<string> = async () => {
    await clock.sleep(1000)
    return 'made'
  }
  const first = ask(slow)
  await clock.advance(1000)
  await first
  await clock.advance(9000)
  let renewals = 0
  const count: Maker<string> = async () => ((renewals += 1), 'renewed')
  assert.equal(await ask(count), 'made')
  assert.equal(renewals, 0, 'this draw is not the one')
  drawn = 0.9
  assert.equal(await ask(count), 'made')
  await clock.advance(0)
  assert.equal(space.get('k', 'ann'), 'renewed')
  assert.equal(renewals, 1)
})

test('the calendar shortens lifetimes, and nothing survives into a period that demands fresh values', async () => {
  const at = Date.parse('2026-03-10T09:00:05.000Z')
  const asked: string[] = []
  const seasonOf: SeasonOf = (cacheClass, atMs) => {
    asked.push(cacheClass)
    return seasonFrom(() => at)(cacheClass, atMs)
  }
  const { clock, ask, space } = openCacheHouse({ seasonOf })
  assert.equal(await ask(), 'v1')
  assert.deepEqual([...new Set(asked)], ['directory'])
  await clock.advance(4999)
  assert.equal(space.get('k', 'ann'), 'v1')
  await clock.advance(1)
  await assert.rejects(ask(fail), { message: 'the source is down' })
  const halved = openCacheHouse({ seasonOf: () => ({ ...PLAIN, ttlFactor: 0.5, staleFactor: 0 }) })
  await halved.ask()
  await halved.clock.advance(4999)
  assert.equal(await halved.ask(), 'v1')
  await halved.clock.advance(1)
  assert.equal(await halved.ask(), 'v2')
})

test('what was begun before a period that demands fresh values and came within it answers who waited, and nobody after', async () => {
  const at = Date.parse('2026-03-10T09:00:01.000Z')
  const { clock, ask, space } = openCacheHouse({ seasonOf: seasonFrom(() => at) })
  const keep = space.begin('unshared', { owner: 'ann' })
  const slow = ask(async () => (await clock.sleep(1500), 'of before'))
  await clock.advance(1500)
  assert.equal(await slow, 'of before')
  keep('of before')
  assert.equal(space.get('unshared', 'ann'), undefined)
  assert.equal(await ask(), 'v1')
  assert.equal(await ask(), 'v1', 'what was begun within it is kept')
})

test('who asks within a period that demands fresh values does not wait for what was begun before it', async () => {
  const at = Date.parse('2026-03-10T09:00:01.000Z')
  const { clock, ask } = openCacheHouse({ seasonOf: seasonFrom(() => at) })
  const before = ask(async () => (await clock.sleep(1500), 'of before'))
  await clock.advance(1000)
  assert.equal(await ask(), 'v1')
  await clock.advance(500)
  assert.equal(await before, 'of before')
  assert.equal(await ask(), 'v1')
})

test('a calendar that is changed later holds for what was kept before, and for what is renewed', async () => {
  let at = Date.parse('2027-01-01T00:00:00.000Z')
  const { clock, ask, space } = openCacheHouse({ seasonOf: seasonFrom(() => at) })
  await ask()
  await clock.advance(1000)
  at = clock.now().getTime() + 2000
  await clock.advance(1999)
  assert.equal(space.get('k', 'ann'), 'v1')
  await clock.advance(1)
  assert.equal(space.get('k', 'ann'), undefined)
  assert.equal(await ask(), 'v2')
  at = Date.parse('2026-03-10T09:00:00.500Z')
  await clock.advance(1000)
  assert.equal(await ask(), 'v3', 'noticed within a second, also when it lies in the past')
})

test('two spaces of a class share its room and keep their keys apart; a name is taken once', async () => {
  const { cache, space, ask } = openCacheHouse()
  const other = cache.space<number>('directory', 'other')
  await ask()
  assert.equal(await other.getOrSet('k', { owner: 'ann' }, async () => 7), 7)
  assert.deepEqual([space.get('k', 'ann'), other.get('k', 'ann')], ['v1', 7])
  assert.throws(() => cache.space('directory', 'other'))
})

test('closing lets go of everybody who waits', async () => {
  const { cache, ask } = openCacheHouse()
  const asked = assert.rejects(ask(never))
  await cache.close()
  await asked
})

test('a tag that had to leave takes with it what was held under it, and comes back as another', () => {
  const book = createTagBook(2)
  const old = book.hold(['a'])
  const kept = book.hold(['b'])
  assert.ok(areCurrent(old))
  book.hold(['c'])
  assert.deepEqual([areCurrent(old), areCurrent(kept)], [false, true])
  const again = book.hold(['a'])
  assert.deepEqual([areCurrent(old), areCurrent(again)], [false, true])
})

test('the metrics tell what the ledgers hold at each scrape', async () => {
  const { ask, cache } = openCacheHouse()
  const metrics = createMetrics()
  watchCache(metrics, cache)
  await ask(async ({ costs }) => (costs(1_500_000), 'v'))
  await ask()
  const scrape = async (): Promise<string> =>
    `${await metrics.registry.getSingleMetricAsString('sophia_cache_requests_total')}
${await metrics.registry.getSingleMetricAsString('sophia_cache_saved_usd_total')}`
  await scrape()
  const told = await scrape()
  assert.match(told, /sophia_cache_requests_total\{class="directory",result="l1"\} 1\n/)
  assert.match(told, /sophia_cache_requests_total\{class="directory",result="miss"\} 1\n/)
  assert.match(told, /sophia_cache_saved_usd_total\{class="directory",tier="l1"\} 1.5/)
})
