import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { z } from 'zod'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openMachine } from '../../../../test/support/backup-machine.ts'
import { until } from '../../../../test/support/until.ts'
import { beginRun, endRun, holdRuns } from './backup-runs-store.ts'
import { scheduleBackups } from './schedule-backups.ts'

const Run = z.object({ host: z.string(), status: z.string() })

const runsIn = async (database: Database): Promise<string[]> =>
  (await database.read((handle) => handle.rows(Run, sql`select host, status from backup_runs order by host`))).map(
    ({ host, status }) => `${host} ${status}`,
  )

const heldUntil = async (database: Database): Promise<number> => {
  const row = await database.read((handle) =>
    handle.first(z.object({ ended_at: z.date() }), sql`select ended_at from backup_runs where status = 'running'`),
  )
  return row?.ended_at.getTime() ?? 0
}

/** Keeps every backup from going on until it is let go. */
async function holdBackups(t: TestContext, database: Database): Promise<() => Promise<void>> {
  const letGo = Promise.withResolvers<void>()
  t.after(() => letGo.resolve())
  const hasLocked = Promise.withResolvers<void>()
  const holding = database.inTransaction(
    async (handle) => {
      await handle.run(sql`lock table deals in access exclusive mode`)
      hasLocked.resolve()
      await letGo.promise
    },
    { mayTakeLong: true },
  )
  await hasLocked.promise
  return async () => {
    letGo.resolve()
    await holding
  }
}

/** Has those who look stand in line to begin; what happens before their turn is `meanwhile`. */
async function lineUp(
  database: Database,
  looks: readonly (() => Promise<void>)[],
  meanwhile: (handle: Handle) => Promise<void> = async () => undefined,
): Promise<void> {
  const Count = z.object({ count: z.number() })
  const waiting = sql`select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`
  const areAll = async (): Promise<boolean> =>
    (await database.read((handle) => handle.first(Count, waiting)))?.count === looks.length
  let looking: readonly Promise<void>[] = []
  const line = async (handle: Handle): Promise<void> => {
    await holdRuns(handle)
    looking = looks.map((look) => look())
    await until(areAll, 'all to stand in line', 60_000)
    await meanwhile(handle)
  }
  await database.inTransaction(line, { mayTakeLong: true })
  await Promise.all(looking)
}

test('of two that are about to begin at one moment one makes the backup', async (t) => {
  const one = await openMachine(t)
  const other = await openMachine(t, { shared: one, host: 'other' })
  for (const { clock } of [one, other]) clock.advance(BACKUP_EVERY_MS)
  await lineUp(
    one.database,
    [one, other].map(({ look }) => look),
  )
  const made = [...(await one.archives()), ...(await other.archives())]
  assert.equal(made.length, 1)
  assert.equal((await runsIn(one.database)).length, 1)
})

test('whoever had to wait to begin makes none that another made meanwhile', async (t) => {
  const { clock, database, look, archives } = await openMachine(t)
  clock.advance(BACKUP_EVERY_MS)
  const other = { id: createId(), started_at: clock.now(), host: 'other' }
  await lineUp(database, [look], async (handle) => {
    await beginRun(handle, other, 0)
    await endRun(handle, { id: other.id, endedAt: clock.now(), status: 'verified', detail: null })
  })
  assert.deepEqual(await archives(), [])
  assert.deepEqual(await runsIn(database), ['other verified'])
})

test('what a living process makes is not told as failed, however long it takes; a timer waits for it and then makes its own', async (t) => {
  const own = await openMachine(t, { leaseMs: 10_000 })
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const timer = await openMachine(t, { shared: own, host: 'timer', log })
  for (const { clock } of [own, timer]) clock.advance(BACKUP_EVERY_MS)
  const letGo = await holdBackups(t, own.database)
  const looking = own.look()
  await until(async () => (await runsIn(own.database)).length === 1, 'the first to begin')
  const sleep = (): Promise<void> => delay(50)
  const making = scheduleBackups({ ...timer.needs, clock: { ...timer.clock, sleep } }).makeNow()
  const first = await heldUntil(own.database)
  await until(async () => (await heldUntil(own.database)) > first, 'a sign of life', 60_000)
  assert.deepEqual(await runsIn(own.database), ['one running'])
  assert.match((await own.observe()).detail ?? '', /One is being made since 2026-03-11 09:00 UTC on one\.$/)
  assert.match(lines.join(''), /waiting: one makes a backup by schedule since 2026-03-11 09:00 UTC/)
  await letGo()
  await Promise.all([looking, making])
  assert.deepEqual(await runsIn(own.database), ['one verified', 'timer verified'])
  assert.deepEqual([(await own.archives()).length, (await timer.archives()).length], [1, 1])
})
