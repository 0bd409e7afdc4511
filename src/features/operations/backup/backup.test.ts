import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openEmptyDatabase, openTestDatabase } from '../../../../test/support/database.ts'
import { writeArchive } from './backup-archive.ts'
import { createBackup } from './create-backup.ts'
import { createBackups, type Backups } from './index.ts'
import { createPartFiles } from './part-files.ts'

const migrationsFolder = join(import.meta.dirname, '../../../../migrations')

function needsOf(database: Database, folder = mkdtempSync(join(tmpdir(), 'backups-'))) {
  return { database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' }
}

function backupsOf(database: Database, folder?: string): Backups {
  return createBackups(needsOf(database, folder))
}

const awkward = 'quote " comma , line\nbreak \\. \t tab, ünïcode ✓ and \\N'

async function fill(database: Database): Promise<void> {
  await database.inTransaction(async (handle) => {
    await handle.run(sql`insert into teams (id, name) values (${createId()}, ${awkward})`)
    await handle.run(
      sql`insert into deals (id, name, stage, value_micros, source) values ('d-1', ${awkward}, 'won', 1234567890123, 'x'), ('d-2', '', 'lost', null, 'x')`,
    )
    await handle.run(
      sql`insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source) values ('deals', 'd-1', 'name', null, '', '2026-01-02', 'x')`,
    )
  })
}

const Row = z.object({ name: z.string(), value_micros: z.int().nullable(), status: z.string() })

function readDeals(database: Database) {
  return database.read((handle) => handle.rows(Row, sql`select name, value_micros, status from deals order by id`))
}

test('a backup restores into an empty database with every value as it was', async () => {
  const source = await openTestDatabase()
  await fill(source.database)
  const { file, manifest } = await backupsOf(source.database).create()
  assert.equal(manifest.tables.find((table) => table.name === 'deals')?.rows, 2)

  const target = await openEmptyDatabase()
  const outcome = await backupsOf(target.database).restore(file)
  assert.equal(outcome.safety, null)
  assert.deepEqual(await readDeals(target.database), await readDeals(source.database))
  assert.equal((await readDeals(target.database))[0]?.name, awkward)
  // The identity sequence goes on after the restored rows.
  await fill(target.database).catch(() => undefined)
  await target.database.inTransaction((handle) =>
    handle.run(
      sql`insert into record_changes (kind, record_id, field, as_of, source) values ('deals', 'd-1', 'x', '2026-01-02', 'x')`,
    ),
  )
})

test('a restore replaces what is there and keeps a backup of it', async () => {
  const { database } = await openTestDatabase()
  const backups = backupsOf(database)
  await fill(database)
  const { file } = await backups.create()
  await database.inTransaction((handle) => handle.run(sql`update deals set name = 'changed later' where id = 'd-1'`))
  const { safety } = await backups.restore(file)
  assert.equal((await readDeals(database))[0]?.name, awkward)
  assert.ok(safety)
  await backups.restore(safety.file)
  assert.equal((await readDeals(database))[0]?.name, 'changed later')
})

test('verifying proves a backup without touching the data, and a later change of the file takes the proof away', async () => {
  const { database } = await openTestDatabase()
  await fill(database)
  const needs = needsOf(database)
  const backups = createBackups(needs)
  const { file } = await createBackup(needs, 'manual')
  assert.equal((await backups.list())[0]?.state, 'unverified')
  await backups.verify(file)
  assert.equal((await backups.list())[0]?.state, 'verified')
  assert.equal((await readDeals(database)).length, 2)
  const bytes = readFileSync(file)
  writeFileSync(file, bytes)
  assert.equal((await backups.find('latest')).state, 'unverified')
  // What is restored by that word was proven.
  await assert.rejects(backups.find('latest', { isVerified: true }), {
    code: 'NOT_FOUND',
    message: /latest is the newest verified one that was not made before a restore/,
  })
})

test('to restore the latest twice gives the same data twice', async () => {
  const { database } = await openTestDatabase()
  const backups = backupsOf(database)
  await fill(database)
  await backups.create()
  await database.inTransaction((handle) => handle.run(sql`update deals set name = 'changed later' where id = 'd-1'`))
  for (const time of ['first', 'second']) {
    const { file } = await backups.find('latest', { isVerified: true })
    const { safety } = await backups.restore(file)
    assert.equal((await readDeals(database))[0]?.name, awkward, time)
    // As who means to go back may have done.
    await backups.verify(safety?.file ?? '')
  }
})

test('what is no file to read, or is gone by then, is told or left out and ends nothing', async () => {
  const { database } = await openTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'backups-'))
  const backups = backupsOf(database, folder)
  mkdirSync(join(folder, 'a-folder.tar'))
  // As one that was removed between being listed and being looked at.
  symlinkSync(join(folder, 'gone'), join(folder, 'vanished.tar'))
  assert.deepEqual(
    (await backups.list()).map(({ id, state }) => [id, state]),
    [['a-folder', 'damaged']],
  )
  for (const name of ['a-folder.tar', 'vanished.tar', 'never.tar'])
    await assert.rejects(backups.restore(join(folder, name)), { code: 'BACKUP_NOT_VALID' })
})

test('an archive that cannot be written leaves nothing of it', async () => {
  const { database } = await openTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'backups-'))
  const { manifest } = await backupsOf(database).create()
  const parts = [{ name: 'never-written.csv.gz', bytes: 10 }]
  const contents = { manifest, parts, files: createPartFiles(folder, false), recipients: [] }
  await assert.rejects(writeArchive(join(folder, 'half.tar'), contents), { code: 'ENOENT' })
  assert.deepEqual(readdirSync(folder), [])
})

test('a database that fails while rows are loaded is told as that, and no sound archive is called bad', async () => {
  const { database, connection } = await openEmptyDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'failing-'))
  cpSync(migrationsFolder, folder, { recursive: true })
  // Fails as the connection that loads has it in its settings.
  const released = readdirSync(folder).filter((name) => name.endsWith('.sql')).length
  writeFileSync(
    join(folder, `${String(released + 1).padStart(4, '0')}-failing.sql`),
    `create function fail() returns trigger language plpgsql as $$ begin
       if current_setting('sophia.fault', true) = 'gone' then perform pg_terminate_backend(pg_backend_pid());
       elsif current_setting('sophia.fault', true) <> '' then
         raise exception using errcode = current_setting('sophia.fault'), message = 'as the test wants it';
       end if;
       return new; end $$;
     create trigger fails before insert on deals for each row execute function fail();`,
  )
  await migrate({ connection, folder })
  await fill(database)
  const needs = { ...needsOf(database), migrationsFolder: folder }
  const { file } = await createBackups(needs).create()
  const verifyWith = async (fault: string): Promise<string> => {
    const failing = openDatabase({ connection: { ...connection, options: `-c sophia.fault=${fault}` }, poolMax: 1 })
    try {
      await createBackups({ ...needs, database: failing }).verify(file)
      return 'verified'
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error)
    } finally {
      await failing.close()
    }
  }
  const told: Record<string, string> = {}
  for (const fault of ['53100', '57P01', '08006', '58030', '58P01', 'gone', '22001', '23505'])
    told[fault] = await verifyWith(fault)
  assert.deepEqual(told, {
    '53100': 'STORAGE_FULL',
    '57P01': 'DATABASE_UNAVAILABLE',
    '08006': 'DATABASE_UNAVAILABLE',
    '58030': 'DATABASE_UNAVAILABLE',
    // The catalogue has no word for it.
    '58P01': '58P01',
    gone: 'DATABASE_UNAVAILABLE',
    '22001': 'BACKUP_NOT_VALID',
    '23505': 'BACKUP_NOT_VALID',
  })
})

/** Where each part's own bytes stand in a tar: [first, last]. */
function partRanges(tar: Buffer): { name: string; first: number; last: number }[] {
  const ranges = []
  for (let at = 0; at + 512 <= tar.length && tar.readUInt8(at) !== 0;) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*/s, '')
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    ranges.push({ name, first: at + 512, last: at + 511 + size })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return ranges
}

test('what people write meanwhile is in the next backup, not in half of this one', async () => {
  const { database } = await openTestDatabase()
  const needs = needsOf(database)
  const writes: Promise<unknown>[] = []
  // With each step a team more: a backup of one instant has none of them.
  const onProgress = (): void => {
    const name = `late ${writes.length}`
    writes.push(
      database.inTransaction((handle) => handle.run(sql`insert into teams (id, name) values (${createId()}, ${name})`)),
    )
  }
  await fill(database)
  const { manifest } = await createBackup({ ...needs, onProgress }, 'manual')
  await Promise.all(writes)
  assert.ok(writes.length > 20)
  assert.equal(manifest.tables.find(({ name }) => name === 'teams')?.rows, 1)
})

test('a flipped byte in any part, or a cut, is refused before anything is touched', async () => {
  const { database } = await openTestDatabase()
  await fill(database)
  const backups = backupsOf(database)
  const { file } = await backups.create()
  const whole = readFileSync(file)
  const parts = partRanges(whole).filter((part) => part.name.endsWith('.gz'))
  assert.ok(parts.length > 15)
  for (const part of parts) {
    const place = part.first + Math.floor((part.last - part.first) / 2)
    const damaged = Buffer.from(whole)
    damaged.writeUInt8(damaged.readUInt8(place) ^ 0x01, place)
    writeFileSync(file, damaged)
    await assert.rejects(backups.restore(file), { code: 'BACKUP_NOT_VALID' }, part.name)
  }
  for (const size of [0, 100, 700, Math.floor(whole.length / 2), whole.length - 2048]) {
    writeFileSync(file, whole.subarray(0, size))
    await assert.rejects(backups.restore(file), { code: 'BACKUP_NOT_VALID' })
  }
  assert.equal((await readDeals(database)).length, 2)
})

test('a restored database has every column, index, rule and trigger of a migrated one', async () => {
  const source = await openTestDatabase()
  // So many that indexes and foreign keys are made after them.
  await source.database.inTransaction(async (handle) => {
    await handle.run(
      sql`insert into members (id, email, name, role) values (${createId()}, 'a@example.com', 'A', 'member')`,
    )
    await handle.run(
      sql`insert into sessions (token_hash, id, member_id, expires_at)
        select sha256(('session' || i)::bytea), gen_random_uuid(), m.id, now() from members m, generate_series(1, 12000) i`,
    )
  })
  const { file } = await createBackup(needsOf(source.database), 'manual')
  const target = await openEmptyDatabase()
  const steps: string[] = []
  await backupsOf(target.database).restore(file, { onProgress: ({ step, share }) => steps.push(`${step} ${share}`) })
  assert.ok(steps.includes('index 1'))
  const [made, restored] = await Promise.all([source, target].map(({ database }) => describeSchema(database)))
  assert.ok(made && made.length > 300)
  assert.deepEqual(restored, made)
})

/** Everything that the catalogue says of the public schema, as text. */
async function describeSchema(database: Database): Promise<string[]> {
  const Line = z.object({ line: z.string() })
  const rows = await database.read((handle) =>
    handle.rows(
      Line,
      sql`select indexdef as line from pg_indexes where schemaname = 'public'
        union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated from pg_constraint
          where connamespace = 'public'::regnamespace and conrelid <> 0
        union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
        union all select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
          from information_schema.columns where table_schema = 'public' order by line`,
    ),
  )
  return rows.map(({ line }) => line)
}

test('a person can read it with tar and gzip alone', async () => {
  const { database } = await openTestDatabase()
  await fill(database)
  const { file } = await backupsOf(database).create()
  const folder = mkdtempSync(join(tmpdir(), 'untar-'))
  execFileSync('tar', ['-xf', file, '-C', folder])
  assert.ok(readdirSync(folder).includes('manifest.json'))
  const text = execFileSync('gzip', ['-dc', join(folder, 'deals.csv.gz')], { encoding: 'utf8' })
  assert.match(text, /^id,name,client_id/)
})
