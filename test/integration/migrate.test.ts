import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { z } from 'zod'
import { migrate } from '#platform/postgres/migrate.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openEmptyDatabase } from '../support/database.ts'

const MIGRATIONS = new URL('../../migrations', import.meta.url).pathname
const root = await mkdtemp(join(tmpdir(), 'sophia-migrate-'))
after(() => rm(root, { recursive: true, force: true }))
let folders = 0

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(root, `${(folders += 1)}-`))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

const FIRST = { '0001-things.sql': 'create table things (n int primary key);' }
const SECOND = { ...FIRST, '0002-more.sql': 'alter table things add column name text; insert into things values (1);' }

test('the real migrations bring an empty database to the newest version, and again change nothing', async () => {
  const { connection } = await openEmptyDatabase()
  const count = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).length
  const first = await migrate({ connection, folder: MIGRATIONS })
  assert.deepEqual([first.from, first.to, first.applied.length], [0, count, count])
  const second = await migrate({ connection, folder: MIGRATIONS })
  assert.deepEqual(second, { from: count, to: count, applied: [] })
})

test('a database whose schema public was dropped gets one', async () => {
  const { connection, database } = await openEmptyDatabase()
  await database.read((handle) => handle.run(sql`drop schema public cascade`))
  await migrate({ connection, folder: await folderOf(FIRST) })
  assert.equal(await database.read((handle) => handle.run(sql`select n from public.things`)), 0)
})

test('eight racing processes run each migration once', async () => {
  const { connection, database } = await openEmptyDatabase()
  const folder = await folderOf(SECOND)
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => migrate({ connection, folder })))
  const applied = outcomes.map((outcome) => outcome.applied.length)
  assert.deepEqual([applied.filter((each) => each === 2).length, applied.filter((each) => each === 0).length], [1, 7])
  const count = await database.read((handle) =>
    handle.first(z.object({ n: z.number() }), sql`select count(*) as n from things`),
  )
  assert.equal(count?.n, 1)
})

test('the hook before the first migration is called only when there is something to protect, and before anything changes', async () => {
  const { connection, database } = await openEmptyDatabase()
  const calls: number[] = []
  const beforeFirst = async (from: number): Promise<string> => {
    calls.push(from)
    const columns = sql`select column_name as name from information_schema.columns where table_name = 'things'`
    const found = await database.read((handle) => handle.rows(z.object({ name: z.string() }), columns))
    assert.deepEqual(found, [{ name: 'n' }])
    return 'a-backup'
  }
  await migrate({ connection, folder: await folderOf(FIRST), beforeFirst })
  assert.deepEqual(calls, [])
  const folder = await folderOf(SECOND)
  await migrate({ connection, folder, beforeFirst })
  await migrate({ connection, folder, beforeFirst })
  assert.deepEqual(calls, [1])
})

test('a failing hook stops the migration before it begins', async () => {
  const { connection } = await openEmptyDatabase()
  await migrate({ connection, folder: await folderOf(FIRST) })
  const folder = await folderOf(SECOND)
  await assert.rejects(
    migrate({ connection, folder, beforeFirst: () => Promise.reject(new Error('no backup')) }),
    /no backup/,
  )
  assert.deepEqual((await migrate({ connection, folder })).applied, [{ version: 2, name: '0002-more.sql' }])
})

test('a migration that fails is rolled back whole, named, and tried again once mended', async () => {
  const { connection } = await openEmptyDatabase()
  const broken = { ...FIRST, '0002-more.sql': 'create table half (n int); select 1 / 0;' }
  await assert.rejects(migrate({ connection, folder: await folderOf(broken) }), {
    code: 'MIGRATION_FAILED',
    message: /0002-more\.sql.*division by zero/,
  })
  const mended = { ...FIRST, '0002-more.sql': 'create table half (n int);' }
  const outcome = await migrate({ connection, folder: await folderOf(mended) })
  assert.deepEqual([outcome.from, outcome.to], [1, 2])
})

test('a file changed after it was applied is an error that names it; other line ends are no change', async () => {
  const { connection } = await openEmptyDatabase()
  await migrate({ connection, folder: await folderOf({ '0001-things.sql': 'create table things\n(n int);' }) })
  await migrate({ connection, folder: await folderOf({ '0001-things.sql': 'create table things\r\n(n int);' }) })
  const changed = await folderOf({ '0001-things.sql': 'create table things\n(n bigint);' })
  await assert.rejects(migrate({ connection, folder: changed }), {
    code: 'MIGRATION_FAILED',
    message: /0001-things\.sql was changed/,
  })
})

test('a database newer than the code is refused untouched', async () => {
  const { connection } = await openEmptyDatabase()
  await migrate({ connection, folder: await folderOf(SECOND) })
  await assert.rejects(migrate({ connection, folder: await folderOf(FIRST) }), {
    code: 'MIGRATION_FAILED',
    message: /newer than this Sophia.*migration 2/,
  })
})

test('a gap, a number used twice or a stray name is refused before anything runs', async () => {
  const { connection } = await openEmptyDatabase()
  for (const name of ['0003-gap.sql', '0001-twice.sql', 'stray.sql']) {
    const folder = await folderOf({ ...FIRST, [name]: 'select 1' })
    await assert.rejects(migrate({ connection, folder }), { code: 'MIGRATION_FAILED', message: /numbering/ })
  }
  const copy = await folderOf({})
  await cp(MIGRATIONS, copy, { recursive: true })
  assert.equal((await migrate({ connection, folder: copy })).from, 0)
})

test('a migration may not end its own transaction', async () => {
  const { connection } = await openEmptyDatabase()
  const folder = await folderOf({ '0001-sly.sql': 'create table sly (n int);\ncommit;\nselect 1 / 0;' })
  await assert.rejects(migrate({ connection, folder }), { code: 'MIGRATION_FAILED', message: /transaction/ })
})

test('a database that is away is told as such', async () => {
  const away = migrate({ connection: { host: '127.0.0.1', port: 9, user: 'x', database: 'x' }, folder: MIGRATIONS })
  await assert.rejects(away, { code: 'DATABASE_UNAVAILABLE' })
})

/** Keeps the table in use until told to let go. */
async function useThings(connection: pg.ClientConfig): Promise<() => Promise<void>> {
  const user = new pg.Client(connection)
  await user.connect()
  await user.query('begin')
  await user.query('select * from things')
  return () => user.end()
}

test('a migration gives way to whoever uses its tables, lets others in between, and gets through in the end', async () => {
  const { connection, database } = await openEmptyDatabase()
  await migrate({ connection, folder: await folderOf(FIRST) })
  const letGo = await useThings(connection)
  const read = (): Promise<number> => database.read((handle) => handle.run(sql`select * from things`))
  const waits: number[] = []
  let reading: Promise<unknown> = Promise.resolve()
  const outcome = await migrate({
    connection,
    folder: await folderOf(SECOND),
    locks: { waitMs: 100, pauseMs: 20, tries: 1000 },
    onGivingWay: ({ attempt }) => {
      waits.push(attempt)
      // Whoever comes while it waits is let in before the user has let go.
      reading = attempt === 1 ? read().then(letGo) : reading
    },
  })
  await reading
  assert.deepEqual(outcome.applied, [{ version: 2, name: '0002-more.sql' }])
  assert.ok(waits.length >= 1)
})

test('a migration whose tables are never free says so, and leaves everything as it was', async () => {
  const { connection } = await openEmptyDatabase()
  await migrate({ connection, folder: await folderOf(FIRST) })
  const letGo = await useThings(connection)
  const folder = await folderOf(SECOND)
  await assert.rejects(migrate({ connection, folder, locks: { waitMs: 50, pauseMs: 1, tries: 2 } }), {
    code: 'MIGRATION_FAILED',
    message: /0002-more\.sql could not have its tables.*long transaction.*Nothing was changed/,
  })
  await letGo()
  assert.deepEqual((await migrate({ connection, folder })).applied, [{ version: 2, name: '0002-more.sql' }])
})

test('a migration takes as long as it takes, whatever limit the role has for its statements', async () => {
  const { connection, database } = await openEmptyDatabase()
  const limit = `do $$ begin execute format('alter role %I in database %I set statement_timeout = 100', current_user, current_database()); end $$`
  await database.read((handle) => handle.client.query(limit))
  const outcome = await migrate({ connection, folder: await folderOf({ '0001-slow.sql': 'select pg_sleep(0.5);' }) })
  assert.equal(outcome.to, 1)
})
