import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../../test/support/database.ts'
import { mountDisk } from '../../../../test/support/own-disk.ts'
import { readManifest, writeArchive } from './backup-archive.ts'
import { createBackups } from './index.ts'
import { requireRoomToVerify } from './require-room.ts'

const migrationsFolder = join(import.meta.dirname, '../../../../migrations')

test('where every row once more would fill the disk of the database, none is made, proven or restored', async (t) => {
  const disk = await mountDisk(4)
  if (!disk) return t.skip('Only root may mount a disk.')
  t.after(disk.unmount)
  const { database } = await openTestDatabase()
  // Half a megabyte that nothing makes smaller.
  await database.inTransaction((handle) =>
    handle.run(sql`insert into deals (id, name, stage, source)
      select 'd-' || i, gen_random_uuid()::text || gen_random_uuid(), 'won', 'x' from generate_series(1, 20000) i`),
  )
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const needs = { database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' }
  const { file } = await createBackups(needs).create()
  const short = createBackups({ ...needs, databaseFolder: disk.folder })
  const refused = (what: string) => ({
    code: 'STORAGE_FULL',
    message: new RegExp(
      `are free under ${disk.folder}; ${what} needs [0-9.]+ MB, as every row is in the database once more`,
    ),
  })
  await assert.rejects(short.create(), refused('a backup'))
  await assert.rejects(short.verify(file), refused('its rehearsal'))
  await database.inTransaction((handle) => handle.run(sql`delete from deals where id = 'd-1'`))
  await assert.rejects(short.restore(file), refused('the restore'))
  assert.equal((await short.list()).length, 1)
  const Count = z.object({ deals: z.int() })
  const row = await database.read((handle) => handle.first(Count, sql`select count(*) as deals from deals`))
  assert.equal(row?.deals, 19_999)
})

test('an archive takes as much as its database did when it was made; one that does not say so is not refused by a guess', async (t) => {
  const disk = await mountDisk(8)
  if (!disk) return t.skip('Only root may mount a disk.')
  t.after(disk.unmount)
  const { database } = await openTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const { file } = await createBackups({
    database,
    clock: systemClock,
    folder,
    migrationsFolder,
    version: '0.0.0-test',
  }).create()
  const { databaseBytes, ...manifest } = await readManifest({ file })
  // An empty one of PostgreSQL alone takes some.
  assert.ok(databaseBytes !== undefined && databaseBytes > 5_000_000)
  const requireRoom = async (bytes: number | null): Promise<void> => {
    const other = join(folder, 'other.tar')
    await writeArchive(other, {
      manifest: bytes === null ? manifest : { ...manifest, databaseBytes: bytes },
      parts: [{ name: 'rows', bytes: 1_000_000 }],
      files: { send: async (_name, to) => void to.end(Buffer.alloc(1_000_000)) },
      recipients: [],
    })
    await requireRoomToVerify({ database, databaseFolder: disk.folder, folder }, { file: other })
  }
  await requireRoom(null)
  await requireRoom(1_000_000)
  await assert.rejects(requireRoom(8_000_000), { code: 'STORAGE_FULL' })
})
