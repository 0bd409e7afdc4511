import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import pino from 'pino'
import { sql } from '#platform/postgres/sql.ts'
import { openCacheHouse } from '../../../test/support/cache-house.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { systemClock } from '#platform/clock.ts'
import type { Database } from '#platform/postgres/database.ts'
import { addCounts, NO_COUNTS, since, type Counts } from './counts.ts'
import { createCacheLedger } from './index.ts'

const { database } = await openTestDatabase()
const log = pino({ level: 'silent' })
const empty = (): Promise<unknown> => database.read((handle) => handle.run(sql`delete from cache_hours`))

function openLedger(over: Pick<Database, 'read'> = database) {
  const house = openCacheHouse()
  // Only `read` is used.
  const ledger = createCacheLedger({ database: over as Database, cache: house.cache, clock: systemClock, log })
  /** One made for 2 500 micros, then so many found. */
  const work = async (hits: number, key = 'k'): Promise<void> => {
    const make = async ({ costs }: { costs(micros: number): void }) => (costs(2500), 'value')
    for (let count = 0; count <= hits; count += 1) await house.space.getOrSet(key, { owner: 'ann' }, make)
  }
  return { ledger, work, cache: house.cache }
}

test('what two processes spared is one sum for today, with what spared it', async (t) => {
  t.after(empty)
  const one = openLedger()
  const other = openLedger()
  await one.work(3)
  await other.work(1)
  await one.ledger.flush()
  const told = await other.ledger.read(1)
  assert.deepEqual(
    [told.requests, told.fresh, told.misses, told.saved],
    [6, 4, 2, { amountMicros: 10_000, currency: 'USD' }],
  )
  assert.deepEqual(
    told.classes.map((row) => [row.class, row.fresh, row.saved.amountMicros]),
    [['directory', 4, 10_000]],
  )
  assert.equal(told.hours.length, 1)
  // What was told is not told again.
  await Promise.all([one.ledger.flush(), one.ledger.flush(), other.ledger.flush()])
  assert.equal((await one.ledger.read(1)).requests, 6)
})

test('what each tier spared is a sum too; what a version before adds is of no tier', async (t) => {
  t.after(empty)
  const redis = await openTestRedis()
  const one = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await isConnected(other)
  await one.ask('k', async ({ costs }) => (costs(500), 'dear'))
  await hasWritten(one, 1)
  for (let count = 0; count < 3; count += 1) await other.ask('k')
  const ledgerOf = ({ cache }: Pick<typeof one, 'cache'>) =>
    createCacheLedger({ database, cache, clock: systemClock, log })
  await ledgerOf(one).flush()
  await ledgerOf(other).flush()
  await database.read((handle) =>
    handle.run(sql`update cache_hours set saved_micros = saved_micros + 70 where class = 'directory'`),
  )
  const [told] = (await ledgerOf(openCacheHouse()).read(1)).classes
  const { l1, l2 } = told?.byTier ?? {}
  assert.deepEqual(
    [told?.saved.amountMicros, l1?.saved.amountMicros, l2?.saved.amountMicros],
    [3 * 500 + 70, 2 * 500, 500],
  )
})

test('with the database away nothing is lost: the next time all of it goes, once', async (t) => {
  t.after(empty)
  let isAway = true
  const read: Database['read'] = (work) =>
    isAway ? Promise.reject(new Error('the database is away')) : database.read(work)
  const { ledger, work } = openLedger({ read })
  await work(2)
  await assert.rejects(ledger.flush(), /away/)
  await work(4)
  isAway = false
  assert.equal((await ledger.read(1)).fresh, 2 + 5)
})

test('what is older than ninety days goes, and yesterday is not today', async (t) => {
  t.after(empty)
  const { ledger, work } = openLedger()
  await work(1)
  await database.read((handle) =>
    handle.run(sql`insert into cache_hours (hour, class, l1_hits, saved_micros)
      values (date_trunc('hour', now()) - interval '25 hours', 'directory', 7, 5), (now() - interval '91 days', 'directory', 1, 1)`),
  )
  const told = await ledger.read(2)
  assert.deepEqual([told.fresh, told.hours.length], [1, 2])
  await ledger.sweep()
  const { rows } = await database.read(async (handle) => ({
    rows: await handle.run(sql`select from cache_hours`),
  }))
  assert.equal(rows, 2)
})

test('closing tells the rest', async (t) => {
  t.after(empty)
  const { ledger, work } = openLedger()
  ledger.start()
  await work(2)
  await ledger.close()
  assert.equal((await openLedger().ledger.read(1)).fresh, 2)
})

test('deltas sum up to the counts, however often they were told', () => {
  const counts = fc.record(
    Object.fromEntries(Object.keys(NO_COUNTS).map((name) => [name, fc.nat(1000)])),
  ) as fc.Arbitrary<Counts>
  fc.assert(
    fc.property(fc.array(counts, { minLength: 1 }), (steps) => {
      let now = NO_COUNTS
      let told = new Map<'embedding', Counts>()
      let sum = NO_COUNTS
      for (const step of steps) {
        now = addCounts(now, step)
        const current = new Map([['embedding', now] as const])
        sum = addCounts(sum, since(current, told).get('embedding') ?? NO_COUNTS)
        told = current
      }
      assert.deepEqual(sum, now)
    }),
  )
})
