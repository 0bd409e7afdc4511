import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { CACHE_CLASSES } from '#domain/cache-policy/cache-class.ts'
import { CACHE_POLICIES, promisedShareOf } from '#domain/cache-policy/policy.ts'
import { CACHE_OBJECTIVES, OBJECTIVE_IDS, PROMISING_CLASSES, objectiveOf } from '#domain/objectives/objectives.ts'
import { NO_COUNTS } from '#features/cache/counts.ts'
import { presentSavings } from '#features/cache/present-savings.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createObjectives } from './objectives.ts'

const HOUR_MS = 3_600_000

async function open(replicas: readonly string[] = ['one'], change: (database: Database) => Database = (same) => same) {
  const { database } = await openTestDatabase()
  const clock = createManualClock('2026-03-10T09:00:00.000Z')
  const metrics = createMetrics()
  const rooms = replicas.map((replica) =>
    createObjectives({ database: change(database), clock, metrics, replica, moment: async () => clock.now() }),
  )
  const [first] = rooms
  assert.ok(first)
  const of = async (id: string, { hours = 24, isConfigured = true } = {}) => {
    const found = (await first.read(hours, () => isConfigured)).objectives.find((objective) => objective.id === id)
    assert.ok(found)
    return found
  }
  return { database, clock, metrics, rooms, first, of }
}

const error = (isGood: boolean) => ({ objective: 'errors', isGood }) as const

test('what is aimed at beyond the promise is told beside it, and nothing where there is no aim', async () => {
  const { of } = await open()
  assert.deepEqual([(await of('latency')).aim, (await of('errors')).aim], [{ share: 0.95, ms: 40 }, null])
})

test('an objective of the cache has the class and the share of the definition of that class, and so has what the cache tells of itself', () => {
  const promising = CACHE_CLASSES.filter((name) => CACHE_POLICIES[name].promisedShare !== undefined)
  assert.deepEqual(new Set(PROMISING_CLASSES), new Set<string>(promising))
  assert.deepEqual(
    new Set(OBJECTIVE_IDS.filter((id) => id.startsWith('cache-'))),
    new Set<string>(Object.values(CACHE_OBJECTIVES)),
  )
  for (const name of PROMISING_CLASSES)
    assert.equal(objectiveOf(CACHE_OBJECTIVES[name]).target, CACHE_POLICIES[name].promisedShare)
  assert.throws(() => promisedShareOf('auth'), /auth promises no share/)
  const hour = new Date('2026-03-10T09:00:00.000Z')
  const rows = CACHE_CLASSES.map((cacheClass) => ({ cacheClass, hour, counts: NO_COUNTS }))
  const told = presentSavings(rows, hour).classes.map((one) => [one.class, one.promised])
  const defined = CACHE_CLASSES.map((name) => [name, CACHE_POLICIES[name].promisedShare ?? null])
  assert.deepEqual(new Map(told as [string, number][]), new Map(defined as [string, number][]))
})

test('what two replicas saw is one figure, and still told apart for an hour', async () => {
  const { rooms, of } = await open(['one', 'two'])
  rooms[0]?.note(error(true), 1900)
  rooms[1]?.note(error(true), 99)
  rooms[1]?.note(error(false))
  for (const room of rooms) await room.flush()
  const errors = await of('errors')
  assert.deepEqual([errors.good, errors.bad, errors.status], [1999, 1, 'met'])
  assert.equal(errors.budgetRemaining?.toFixed(6), '0.500000')
  assert.deepEqual(errors.replicas, [
    { replica: 'one', good: 1900, bad: 0 },
    { replica: 'two', good: 99, bad: 1 },
  ])
  assert.deepEqual(
    errors.burn.map(({ rate }) => rate?.toFixed(2)),
    ['0.50', '0.50', '0.50', '0.50'],
  )
})

test('nothing is said of what was not seen', async () => {
  const { first, of, metrics } = await open()
  const backup = await of('backup')
  assert.deepEqual([backup.status, backup.share, backup.budgetRemaining, backup.history], ['unknown', null, null, []])
  await first.tellBudgets()
  assert.doesNotMatch(await metrics.registry.metrics(), /sophia_slo_error_budget_remaining\{/)
})

test('where there is nothing that could be seen that is said, unless something was seen before', async () => {
  const { first, of } = await open()
  assert.equal((await of('mcp', { isConfigured: false })).status, 'not-configured')
  first.note({ objective: 'mcp', isGood: true }, 50)
  await first.flush()
  assert.equal((await of('mcp', { isConfigured: false })).status, 'met')
})

test('burn forgets what is past its span; the window forgets after thirty days', async () => {
  const { first, clock, of } = await open()
  first.note(error(false), 50)
  await first.flush()
  clock.advance(2 * HOUR_MS)
  first.note(error(true), 50)
  await first.flush()
  const { burn, bad } = await of('errors')
  assert.deepEqual([burn.map(({ rate }) => rate && Math.round(rate)), bad], [[0, 0, 500, 500], 50])
  clock.advance(30 * 24 * HOUR_MS)
  assert.equal((await of('errors')).status, 'unknown')
})

test('what could not be written while the database was away is written later, with the time it was seen at', async () => {
  let isAway = true
  const { first, clock, of } = await open(['one'], (database) => ({
    ...database,
    read: (work) => (isAway ? Promise.reject(new Error('away')) : database.read(work)),
  }))
  first.note(error(false), 30)
  await assert.rejects(first.flush())
  clock.advance(HOUR_MS)
  isAway = false
  await first.flush()
  await first.flush()
  const { bad, burn } = await of('errors')
  assert.deepEqual([bad, burn[0]?.rate, Math.round(burn[2]?.rate ?? 0)], [30, null, 1000])
})

test('what was stored though the answer was lost is not added twice, and what came meanwhile is not lost', async () => {
  let isLost = true
  const { first, clock, of } = await open(['one'], (database) => ({
    ...database,
    read: async (work) => {
      const answer = await database.read(work)
      if (isLost) throw new Error('the answer was lost')
      return answer
    },
  }))
  const seen = [{ atMs: clock.now().getTime(), times: 7 }]
  const outage = { objective: 'availability', isGood: false } as const
  first.note(error(false), 30)
  await assert.rejects(first.flush())
  await assert.rejects(first.record(outage, seen, 'outage of one since nine'))
  first.note(error(true), 70)
  await assert.rejects(first.flush())
  isLost = false
  await first.record(outage, seen, 'outage of one since nine')
  await first.record(outage, seen, 'outage of one since ten')
  await first.flush()
  await first.flush()
  const errors = await of('errors')
  assert.deepEqual([errors.good, errors.bad], [70, 30])
  assert.equal((await of('availability')).bad, 14)
})

test('history comes in steps that fit, newest last', async () => {
  const { first, clock, of } = await open()
  for (let minute = 0; minute < 3; minute += 1) {
    first.note(error(minute !== 1), 5)
    await first.flush()
    clock.advance(60_000)
  }
  const { history } = await of('errors', { hours: 2 })
  assert.deepEqual(history, [
    { at: '2026-03-10T09:00:00.000Z', good: 5, bad: 0 },
    { at: '2026-03-10T09:01:00.000Z', good: 0, bad: 5 },
    { at: '2026-03-10T09:02:00.000Z', good: 5, bad: 0 },
  ])
  assert.equal((await of('errors', { hours: 90 * 24 })).history.length, 1)
})

test('ten seconds are kept for a day, five minutes for ninety, replicas apart for a day: the size has a bound', async () => {
  const { rooms, first, database, clock, of } = await open(['one', 'two'])
  const sizes = async () =>
    database.read((handle) =>
      handle.rows(
        z.object({ width: z.number(), rows: z.number() }),
        sql`select width, count(*)::int as rows from slo_counts group by 1 order by 1`,
      ),
    )
  for (const room of rooms) room.note(error(true), 30)
  for (const room of rooms) await room.flush()
  clock.advance(26 * HOUR_MS)
  await first.sweep()
  assert.deepEqual(await sizes(), [{ width: 300, rows: 1 }])
  assert.deepEqual([(await of('errors')).good, (await of('errors')).replicas], [60, []])
  clock.advance(90 * 24 * HOUR_MS)
  await first.sweep()
  assert.deepEqual(await sizes(), [])
})

test('what a later version counts is passed over by this one, which runs beside it or is gone back to', async () => {
  const { database, first, clock, of } = await open()
  await database.read((handle) =>
    handle.run(sql`insert into slo_counts (slo, width, starts_at, replica, good, bad)
      select 'of-tomorrow', width, ${clock.now()}, 'other', 1, 1 from (values (10), (300)) as w (width)`),
  )
  first.note(error(true), 100)
  await first.flush()
  await first.tellBudgets()
  assert.equal((await of('errors')).good, 100)
})
