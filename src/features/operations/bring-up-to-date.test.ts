import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import pino from 'pino'
import { systemClock as clock } from '#platform/clock.ts'
import { Secret } from '#platform/config/secret.ts'
import { openObjectStore } from '#platform/object-store/open-object-store.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { openEmptyDatabase } from '../../../test/support/database.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { createBackups } from './backup/index.ts'
import { bringUpToDate, type UpdateProgress } from './bring-up-to-date.ts'

test('a migration whose backup would go with its process is told, and refused where one has to lead back', async (t) => {
  const { connection, database } = await openEmptyDatabase()
  const root = await mkdtemp(join(tmpdir(), 'fleeting-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  const migrationsFolder = join(root, 'migrations')
  await cp(join(PACKAGE_ROOT, 'migrations'), migrationsFolder, { recursive: true })
  const folder = join(root, 'backups')
  const backups = createBackups({ database, clock, folder, migrationsFolder, version: '0.0.0-test' })
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const told: UpdateProgress[] = []
  const wishes = { onProgress: (progress: UpdateProgress) => void told.push(progress) }
  const update = (requiresSnapshot: boolean) =>
    bringUpToDate({ connection, migrationsFolder, backups, log, isFleeting: true, requiresSnapshot, ...wishes })

  // There is nothing yet to go back to.
  const first = await update(true)
  const next = `${String(first.to + 1).padStart(4, '0')}-next.sql`
  await writeFile(join(migrationsFolder, next), 'alter table teams add column motto text')
  await assert.rejects(update(true), { code: 'CONFLICT', message: /SOPHIA_BACKUP_TARGET.*--may-lose-snapshot/ })
  assert.deepEqual(await readdir(root), ['migrations'])
  assert.deepEqual(lines, [])
  told.length = 0
  const second = await update(false)
  // How far it is, from the backup over its proof to the migration.
  assert.deepEqual([...new Set(told.map(({ step }) => step))], ['save', 'load', 'index', 'migrate'])
  assert.deepEqual(told.at(-1), { step: 'migrate', table: null, share: 1 })
  assert.deepEqual([second.from, second.to], [first.to, first.to + 1])
  assert.match(lines.join(''), /"level":40.*SOPHIA_BACKUP_TARGET.*goes with this process, and nothing will lead back/)
  // Nothing is left to be done, so nothing has to lead back.
  assert.deepEqual((await update(true)).applied, [])
})

test('where the home goes with its process, a snapshot that the store did not take leads back no more than none', async (t) => {
  const { connection, database } = await openEmptyDatabase()
  const root = await mkdtemp(join(tmpdir(), 'fleeting-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  const migrationsFolder = join(root, 'migrations')
  await cp(join(PACKAGE_ROOT, 'migrations'), migrationsFolder, { recursive: true })
  const store = openObjectStore({
    bucket: 'backups-of-tests',
    prefix: '',
    region: 'us-east-1',
    // Nobody listens there.
    endpoint: `http://127.0.0.1:${await freePort()}`,
    accessKeyId: 'a',
    secretAccessKey: new Secret('b'),
    sessionToken: null,
    allowPrivate: [],
  })
  t.after(() => store.close())
  const needs = { database, clock, folder: join(root, 'backups'), migrationsFolder, version: '0.0.0-test' }
  const backups = createBackups({ ...needs, store })
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const update = (requiresSnapshot: boolean) =>
    bringUpToDate({ connection, migrationsFolder, backups, log, homeLasts: false, requiresSnapshot })

  const first = await update(true)
  const next = `${String(first.to + 1).padStart(4, '0')}-next.sql`
  await writeFile(join(migrationsFolder, next), 'alter table teams add column motto text')
  await assert.rejects(update(true), { code: 'STORE_FAILED', message: /not in the store.*--may-lose-snapshot/ })
  assert.equal((await update(false)).to, first.to + 1)
  assert.match(lines.join(''), /goes with this process: nothing will lead back/)
})
