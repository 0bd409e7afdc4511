import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openEmptyDatabase, openTestDatabase, type TestDatabase } from '../../../../test/support/database.ts'
import { createBackups } from './index.ts'

const SHIPPED = join(import.meta.dirname, '../../../../migrations')

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'refused-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

interface Places {
  readonly folder: string
  readonly migrationsFolder: string
}

const backupsOf = ({ database }: TestDatabase, places: Places, told: string[] = []) => {
  const backups = createBackups({ database, clock: systemClock, ...places, version: '0.0.0-test' })
  const onProgress = ({ step }: { step: string }): void => void told.push(step)
  return { create: () => backups.create(), restore: (file: string) => backups.restore(file, { onProgress }) }
}

/** What a folder holds, with when each was last written. */
async function contentsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).toSorted()
  return Promise.all(names.map(async (name) => `${name} ${(await stat(join(folder, name))).mtimeMs}`))
}

const Row = z.object({ row: z.string() })
/** Every row there is of what is asked after, and the schemas of the database. */
const stateOf = ({ database }: TestDatabase) =>
  database.read((handle) =>
    handle.rows(
      Row,
      sql`select t::text as row from teams t union all select m::text from schema_migrations m
        union all select nspname::text from pg_namespace where nspname !~ '^pg_' order by 1`,
    ),
  )

/** An installation whose migrations are those shipped, changed by `alter`, with a row and a backup of its own. */
async function openOther(alter: (folder: string, last: string) => Promise<void>) {
  const migrations = await temporary()
  await cp(SHIPPED, migrations, { recursive: true })
  const last =
    (await readdir(SHIPPED))
      .filter((name) => name.endsWith('.sql'))
      .toSorted()
      .at(-1) ?? ''
  await alter(migrations, last)
  const opened = await openEmptyDatabase()
  await migrate({ connection: opened.connection, folder: migrations })
  await opened.database.read((handle) =>
    handle.run(sql`insert into teams (id, name) values ('018f0000-0000-7000-8000-00000000000a', 'As it was')`),
  )
  const folder = await temporary()
  const told: string[] = []
  const backups = backupsOf(opened, { folder, migrationsFolder: migrations }, told)
  await backups.create()
  return { opened, folder, told, backups }
}

for (const [what, alter] of [
  ['of a newer version', async (folder: string, last: string) => rm(join(folder, last))],
  ['of other migrations', async (folder: string, last: string) => appendFile(join(folder, last), '\n-- another\n')],
] as const)
  test(`an archive ${what} is refused before anything is saved, and folder and rows stay as they are`, async () => {
    const source = await openTestDatabase()
    const { file } = await backupsOf(source, { folder: await temporary(), migrationsFolder: SHIPPED }).create()
    const { opened, folder, told, backups } = await openOther(alter)
    const [files, rows] = [await contentsOf(folder), await stateOf(opened)]
    assert.equal(files.length, 2)
    await assert.rejects(backups.restore(file), {
      code: 'BACKUP_NOT_VALID',
      message: /which this version does not have\. Restore it with that version\. Nothing was touched\./,
    })
    assert.deepEqual(told, [])
    assert.deepEqual(await contentsOf(folder), files)
    assert.deepEqual(await stateOf(opened), rows)
  })
