import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openEmptyDatabase, openTestDatabase } from '../../../../test/support/database.ts'
import { createBackups, type Backups } from './index.ts'

const migrationsFolder = join(import.meta.dirname, '../../../../migrations')

function backupsOf(database: Database, folder = mkdtempSync(join(tmpdir(), 'backups-'))): Backups {
  return createBackups({ database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' })
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
  const backups = backupsOf(database)
  const { file } = await backups.create()
  assert.equal((await backups.list())[0]?.state, 'unverified')
  await backups.verify(file)
  assert.equal((await backups.list())[0]?.state, 'verified')
  assert.equal((await readDeals(database)).length, 2)
  const bytes = readFileSync(file)
  writeFileSync(file, bytes)
  assert.equal((await backups.find('latest')).state, 'unverified')
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
