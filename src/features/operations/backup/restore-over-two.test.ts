import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pg from 'pg'
import pino from 'pino'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { sql } from '#platform/postgres/sql.ts'
import { runScript } from '../../../../test/support/child-process.ts'
import { openEmptyDatabase, startTestEngine } from '../../../../test/support/database.ts'
import { until } from '../../../../test/support/until.ts'
import { bringUpToDate } from '../bring-up-to-date.ts'
import { createBackups } from './index.ts'

const released = join(import.meta.dirname, '../../../../migrations')
const LOCK = 4711

/**
 * A row of a table that the connection is set to wait at waits for as long as somebody holds the lock; one that it is set to refuse
 * fails. Activities come first in an archive: the connection that was there first is at them before there is another.
 */
const waiting = mkdtempSync(join(tmpdir(), 'waiting-'))
cpSync(released, waiting, { recursive: true })
writeFileSync(
  join(waiting, `${String(readdirSync(released).length + 1).padStart(4, '0')}-waiting.sql`),
  `create function wait_here() returns trigger language plpgsql as $$ begin
     if current_setting('sophia.waits', true) ~ tg_table_name then perform pg_advisory_xact_lock_shared(${LOCK}); end if;
     if current_setting('sophia.refuses', true) = tg_table_name then
       raise exception 'as the test wants it' using errcode = coalesce(current_setting('sophia.refuses_by', true), 'P0001'); end if;
     return new; end $$;
   create trigger waits before insert on activities for each row execute function wait_here();
   create trigger waits before insert on deals for each row execute function wait_here();
   create trigger waits before insert on teams for each row execute function wait_here();`,
)

function needsOf(database: Database, migrationsFolder = waiting) {
  return {
    database,
    clock: systemClock,
    folder: mkdtempSync(join(tmpdir(), 'backups-')),
    migrationsFolder,
    version: '0.0.0-test',
  }
}

/** Two deals, a team and its member in an archive; one deal more in the database. `settings` are of the connections that restore. */
async function prepare(t: TestContext, settings: string) {
  const { connection, database } = await openEmptyDatabase()
  await migrate({ connection, folder: waiting })
  const addDeal = (id: string) => sql`insert into deals (id, name, stage, source) values (${id}, 'x', 'won', 'x')`
  await database.inTransaction(async (handle) => {
    const team = createId()
    await handle.run(sql`insert into teams (id, name) values (${team}, 'East')`)
    await handle.run(
      sql`insert into members (id, email, name, role, team_id) values (${createId()}, 'a@example.com', 'A', 'member', ${team})`,
    )
    for (const id of ['d-1', 'd-2']) await handle.run(addDeal(id))
    await handle.run(sql`insert into activities (id, kind, on_day, source) values ('a-1', 'call', '2026-01-02', 'x')`)
  })
  const needs = needsOf(database)
  const { file } = await createBackups(needs).create()
  await database.inTransaction((handle) => handle.run(addDeal('d-3')))
  const restoring = { ...connection, options: settings }
  const working = openDatabase({ connection: restoring, poolMax: 2 })
  t.after(() => working.close())
  const byHand = new pg.Client({ ...connection, application_name: 'by hand' })
  byHand.on('error', () => undefined)
  await byHand.connect()
  t.after(() => byHand.end())
  const ask = async (text: string): Promise<unknown[]> =>
    (await byHand.query<Record<string, unknown>>(text)).rows.map((row) => Object.values(row)[0])
  return { ask, database, file, needs, restoring, working }
}

const DEALS = 'select id from deals order by id'
const SCHEMAS =
  "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1"
const WAITING = `select count(distinct pid)::int from pg_locks where locktype = 'advisory' and objid = ${LOCK} and not granted`

test('a restore fills tables over two connections at once, and nobody sees it before the end', async (t) => {
  const { ask, file, needs, working } = await prepare(t, '-c sophia.waits=activities,deals')
  await ask(`select pg_advisory_lock(${LOCK})`)
  const restored = createBackups({ ...needs, database: working }).restore(file)
  restored.catch(() => undefined)
  await until(async () => (await ask(WAITING))[0] === 2, 'each connection is at a table')
  const schemas = await ask(SCHEMAS)
  assert.deepEqual([schemas.length, schemas[0]], [2, 'public'])
  await ask(`select pg_advisory_unlock(${LOCK})`)
  await restored
  assert.deepEqual(await ask(DEALS), ['d-1', 'd-2'])
  assert.deepEqual(await ask(SCHEMAS), ['public'])
})

test('rows may refer to those that the other connection has not committed; the rule holds in the end', async (t) => {
  const { ask, file, needs, working } = await prepare(t, '-c sophia.waits=teams')
  await ask(`select pg_advisory_lock(${LOCK})`)
  const loaded = new Set<string | null>()
  const backups = createBackups({ ...needs, database: working })
  const restored = backups.restore(file, { onProgress: ({ table, step }) => step === 'load' && loaded.add(table) })
  restored.catch(() => undefined)
  await until(
    async () => loaded.has('memories') && (await ask(WAITING))[0] === 1,
    'members are in, and their team is not',
  )
  await ask(`select pg_advisory_unlock(${LOCK})`)
  await restored
  assert.deepEqual(await ask('select t.name from members m join teams t on t.id = m.team_id'), ['East'])
  await assert.rejects(ask('update members set team_id = gen_random_uuid()'), { code: '23503' })
})

test('what fails over one connection ends the other, and leaves everything as it was and nothing besides', async (t) => {
  const fail = async (refused: string, settings: string, isUnderWay: (waiting: unknown) => boolean): Promise<void> => {
    const { ask, file, needs, working } = await prepare(t, `-c sophia.refuses=${refused} ${settings}`)
    await ask(`select pg_advisory_lock(${LOCK})`)
    const ended = assert.rejects(createBackups({ ...needs, database: working }).restore(file), {
      code: 'BACKUP_NOT_VALID',
      message: new RegExp(`the part ${refused} cannot be loaded`),
    })
    await until(async () => isUnderWay((await ask(WAITING))[0]), 'it is under way')
    await ask(`select pg_advisory_unlock(${LOCK})`)
    await ended
    assert.deepEqual(await ask(DEALS), ['d-1', 'd-2', 'd-3'])
    assert.deepEqual(await ask(SCHEMAS), ['public'])
  }
  await fail('activities', '', () => true)
  await fail('teams', '-c sophia.waits=activities', (waiting) => waiting === 1)
})

test('where a second connection is not to be had, one fills every table', async (t) => {
  const { ask, file, needs, restoring } = await prepare(t, '')
  const single = openDatabase({ connection: restoring, poolMax: 1 })
  t.after(() => single.close())
  const said: string[] = []
  const log = pino({}, { write: (line) => void said.push(line) })
  await createBackups({ ...needs, database: single, log }).restore(file)
  assert.deepEqual(await ask(DEALS), ['d-1', 'd-2'])
  assert.deepEqual(await ask('select t.name from members m join teams t on t.id = m.team_id'), ['East'])
  assert.match(said.join(''), /it goes on over one/)
})

test('a lock that is not had, or a deadlock, is no fault of the archive', async (t) => {
  for (const state of ['55P03', '40P01', '40001']) {
    const { ask, file, needs, working } = await prepare(t, `-c sophia.refuses=activities -c sophia.refuses_by=${state}`)
    const restored = createBackups({ ...needs, database: working }).restore(file)
    await assert.rejects(restored, { code: 'DATABASE_UNAVAILABLE', retryable: true })
    assert.deepEqual(await ask(DEALS), ['d-1', 'd-2', 'd-3'])
    assert.deepEqual(await ask(SCHEMAS), ['public'])
  }
})

const RESTORER = `
import { createBackups } from '#features/operations/backup/index.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { openDatabase } from '#platform/postgres/database.ts'
const { connection, file, ...needs } = JSON.parse(process.argv[1])
console.log('begun')
await createBackups({ ...needs, clock, database: openDatabase({ connection, poolMax: 2 }) }).restore(file)`

test('a restore that is killed leaves what was there whole; a start or the next restore removes what it filled', async (t) => {
  const { ask, database, file, needs, restoring, working } = await prepare(t, '-c sophia.waits=activities')
  const { folder, migrationsFolder, version } = needs
  const unfinished = async (): Promise<unknown[]> => (await ask(SCHEMAS)).filter((name) => name !== 'public')
  const kill = async (): Promise<void> => {
    await ask(`select pg_advisory_lock(${LOCK})`)
    const script = runScript(RESTORER, [
      JSON.stringify({ connection: restoring, file, folder, migrationsFolder, version }),
    ])
    await until(async () => (await ask(WAITING))[0] === 1, 'one connection waits', 30_000)
    const [schema] = await unfinished()
    // Only what the other one committed is seen from here.
    const isCommitted = async () => (await ask(`select count(*)::int from ${String(schema)}.teams`))[0] === 1
    await until(isCommitted, 'the other one is done')
    await script.kill('SIGKILL')
    await ask(`select pg_advisory_unlock(${LOCK})`)
    await until(
      async () => (await ask(`select count(*)::int from pg_locks where locktype = 'advisory'`))[0] === 0,
      'it is over',
    )
    assert.deepEqual(await ask(DEALS), ['d-1', 'd-2', 'd-3'])
    assert.deepEqual(await unfinished(), [schema])
  }
  const backups = createBackups({ ...needs, database: working })
  await kill()
  const log = pino({ level: 'silent' })
  await ask('create schema sophia_restoring_of_somebody_else')
  await bringUpToDate({ connection: restoring, migrationsFolder, backups: createBackups(needs), log })
  assert.deepEqual(await unfinished(), ['sophia_restoring_of_somebody_else'])
  await ask('drop schema sophia_restoring_of_somebody_else')
  await kill()
  await backups.restore(file)
  assert.deepEqual(await unfinished(), [])
  assert.deepEqual(await ask(DEALS), ['d-1', 'd-2'])
  assert.equal((await database.read((handle) => handle.rows(z.object({}), sql`select 1 from teams`))).length, 1)
})

test('the rows of a large table skip the journal of the built-in server and are settled at once', async (t) => {
  const { connection } = await startTestEngine()
  const database = openDatabase({ connection, poolMax: 3 })
  t.after(() => database.close())
  await migrate({ connection, folder: released })
  await database.inTransaction((handle) =>
    handle.run(sql`insert into record_changes (kind, record_id, field, old_value, as_of, source)
      select 'deals', 'd-1', 'name', repeat(md5(i::text), 40), '2026-01-02', 'x' from generate_series(1, 12000) i`),
  )
  const backups = createBackups(needsOf(database, released))
  const { file } = await backups.create()
  const first = async (text: string): Promise<number> => {
    const { rows } = await database.read(({ client }) => client.query<{ n: string }>(text))
    return Number(rows[0]?.n)
  }
  await database.read(({ client }) => client.query('checkpoint'))
  const journal = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as n"
  const before = await first(journal)
  await backups.restore(file)
  const written = (await first(journal)) - before
  const size = await first("select pg_table_size('record_changes') as n")
  assert.ok(size > 15_000_000, String(size))
  assert.ok(written < size / 2, `${written} bytes of journal for ${size} bytes of rows`)
  // Whose rows have no writer any more that would have to be looked up.
  const settled = "select relallvisible::float / relpages as n from pg_class where relname = 'record_changes'"
  assert.ok((await first(settled)) > 0.9)
})

/** Connections that are set to wait at `schema` do so before they make one. */
const HOOK = [
  'create schema hooks',
  `create function hooks.wait_here() returns event_trigger language plpgsql as $$ begin
     if current_setting('sophia.waits', true) = 'schema' then perform pg_advisory_xact_lock_shared(${LOCK + 1}); end if; end $$`,
  `create event trigger waits on ddl_command_start when tag in ('CREATE SCHEMA') execute function hooks.wait_here()`,
]

test('of two restores that know nothing of each other the second waits, and takes away nothing that it has not saved', async (t) => {
  const { ask, file, needs, restoring, working } = await prepare(t, '-c sophia.waits=schema')
  const other = openDatabase({ connection: { ...restoring, options: '-c sophia.waits=activities' }, poolMax: 2 })
  t.after(() => other.close())
  const waitsFor = async (lock: string): Promise<boolean> =>
    (await ask(`select count(*)::int from pg_locks where locktype = 'advisory' and not granted and ${lock}`))[0] === 1
  for (const text of HOOK) await ask(text)
  await ask(`select pg_advisory_lock(${LOCK}), pg_advisory_lock(${LOCK + 1})`)
  const second = assert.rejects(createBackups({ ...needs, database: working }).restore(file), { code: 'CONFLICT' })
  await until(() => waitsFor(`objid = ${LOCK + 1}`), 'one has saved what is there')
  const first = createBackups({ ...needs, database: other }).restore(file)
  first.catch(() => undefined)
  await until(() => waitsFor(`objid = ${LOCK}`), 'the other is at the exchange')
  await ask(`select pg_advisory_unlock(${LOCK + 1})`)
  await until(() => waitsFor('objid = 0'), 'the first waits for the end of the other')
  await ask(`select pg_advisory_unlock(${LOCK})`)
  await Promise.all([first, second])
  assert.deepEqual(await ask(DEALS), ['d-1', 'd-2'])
  assert.deepEqual(await ask(SCHEMAS), ['hooks', 'public'])
})
