import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import pino from 'pino'
import { systemClock } from '#platform/clock.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../../test/support/database.ts'
import { until } from '../../../../test/support/until.ts'
import { createBackups } from './index.ts'

const migrationsFolder = join(import.meta.dirname, '../../../../migrations')
const LOCK = 4713
const DEALS = 'select id from deals order by id'
const SCHEMAS = `select nspname from pg_namespace where nspname ~ '^(public|sophia_restoring_.*)$' order by 1`
const WAITING = `select pid from pg_locks where locktype = 'advisory' and objid = ${LOCK} and not granted`

/** Two deals in an archive, one more in the database, and a second pool that restores. */
async function prepare(t: TestContext) {
  const { connection, database } = await openTestDatabase()
  const addDeal = (id: string) =>
    database.inTransaction((handle) =>
      handle.run(sql`insert into deals (id, name, stage, source) values (${id}, 'x', 'won', 'x')`),
    )
  for (const id of ['d-1', 'd-2']) await addDeal(id)
  const needs = {
    database,
    clock: systemClock,
    folder: mkdtempSync(join(tmpdir(), 'backups-')),
    migrationsFolder,
    version: '0.0.0-test',
  }
  const backups = createBackups(needs)
  const { file } = await backups.create()
  await addDeal('d-3')
  const working = openDatabase({ connection, poolMax: 2 })
  t.after(() => working.close())
  const byHand = new pg.Client(connection)
  byHand.on('error', () => undefined)
  await byHand.connect()
  t.after(() => byHand.end())
  const ask = async (text: string): Promise<unknown[]> =>
    (await byHand.query<Record<string, unknown>>(text)).rows.map((row) => Object.values(row)[0])
  return { ask, backups, byHand, connection, file, needs, restoring: createBackups({ ...needs, database: working }) }
}

/** Renaming a schema makes the commit wait for as long as somebody holds the lock. */
const HOLD_COMMIT = `create schema held; create table held.brought (n int);
  create function held.wait_at_commit() returns trigger language plpgsql as $$ begin
    perform pg_advisory_xact_lock_shared(${LOCK}); return null; end $$;
  create constraint trigger waits after insert on held.brought deferrable initially deferred
    for each row execute function held.wait_at_commit();
  create function held.bring() returns event_trigger language plpgsql as $$ begin insert into held.brought values (1); end $$;
  create event trigger brings on ddl_command_end when tag in ('ALTER SCHEMA') execute function held.bring();
  select pg_advisory_lock(${LOCK})`

test('who removes unfinished restores while one is committed leaves it alone, and it is there afterwards', async (t) => {
  const { ask, backups, byHand, file, restoring } = await prepare(t)
  await byHand.query(HOLD_COMMIT)
  const restored = restoring.restore(file)
  restored.catch(() => undefined)
  await until(async () => (await ask(WAITING)).length === 1, 'it waits at its commit', 30_000)
  const removing = backups.clearUnfinished().catch((error: unknown) => error)
  const first = await Promise.race([removing, delay(500, 'it waits')])
  await ask(`select pg_advisory_unlock(${LOCK})`)
  await restored
  await removing
  assert.deepEqual(await ask(SCHEMAS), ['public'])
  assert.deepEqual(await ask(DEALS), ['d-1', 'd-2'])
  assert.deepEqual(first, [])
})

test('a restore whose commit got no answer removes nothing; whoever comes next does', async (t) => {
  const { ask, backups, byHand, file, restoring } = await prepare(t)
  await byHand.query(HOLD_COMMIT)
  const restored = assert.rejects(restoring.restore(file), { message: /may or may not be stored/ })
  await until(async () => (await ask(WAITING)).length === 1, 'it waits at its commit', 30_000)
  await ask(`select pg_terminate_backend(pid) from (${WAITING}) as w`)
  await restored
  const [place, ...left] = await ask(SCHEMAS)
  assert.deepEqual([place, left.length], ['public', 1])
  assert.deepEqual(await ask(DEALS), ['d-1', 'd-2', 'd-3'])
  assert.deepEqual(await backups.clearUnfinished(), left)
  assert.deepEqual(await ask(SCHEMAS), ['public'])
})

test('a database whose schema public was dropped is restored into', async (t) => {
  const { ask, file, restoring } = await prepare(t)
  await ask('drop schema public cascade')
  const { safety } = await restoring.restore(file)
  assert.equal(safety, null)
  assert.deepEqual(await ask(DEALS), ['d-1', 'd-2'])
  assert.deepEqual(await ask(SCHEMAS), ['public'])
})

test('what cannot be removed is logged and hinders neither a restore nor the removal of the rest', async (t) => {
  const { ask, byHand, connection, file, needs, restoring } = await prepare(t)
  const [used, left] = ['sophia_restoring_00000001', 'sophia_restoring_00000002']
  await byHand.query(`create schema ${used}; create table ${used}.taken (n int); create schema ${left}`)
  await byHand.query(`begin; lock table ${used}.taken`)
  const said: string[] = []
  const log = pino({}, { write: (line) => void said.push(line) })
  const database = openDatabase({ connection, poolMax: 2 })
  t.after(() => database.close())
  assert.deepEqual(await createBackups({ ...needs, database, log }).clearUnfinished(), [left])
  assert.match(said.join(''), /was not removed/)
  await restoring.restore(file)
  await ask('rollback')
  assert.deepEqual(await ask(SCHEMAS), ['public', used])
  assert.deepEqual(await ask(DEALS), ['d-1', 'd-2'])
})

test('what a restore of another role left is not touched', async (t) => {
  const { ask, byHand, connection, needs } = await prepare(t)
  const [own, foreign] = ['sophia_restoring_00000002', 'sophia_restoring_00000001']
  const role = `restorer_${String(connection.database)}`
  await byHand.query(`create role ${role} login password 'restorer'; create schema ${foreign}`)
  await byHand.query(`create schema ${own} authorization ${role}`)
  const said: string[] = []
  const log = pino({}, { write: (line) => void said.push(line) })
  const database = openDatabase({ connection: { ...connection, user: role, password: 'restorer' }, poolMax: 1 })
  try {
    assert.deepEqual(await createBackups({ ...needs, database, log }).clearUnfinished(), [own])
  } finally {
    await database.close()
    await byHand.query(`drop owned by ${role}; drop role ${role}`)
  }
  assert.deepEqual([said, await ask(SCHEMAS)], [[], ['public', foreign]])
})
