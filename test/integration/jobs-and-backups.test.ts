import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pino from 'pino'
import { createBackups } from '#features/operations/backup/index.ts'
import { systemClock } from '#platform/clock.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { openTestDatabase } from '../support/database.ts'

const migrationsFolder = join(import.meta.dirname, '../../migrations')

test('backups, restores and migrations see nothing of the jobs, and jobs go on after a restore', async () => {
  const { database, connection } = await openTestDatabase()
  const jobs = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock, pollSeconds: 0.5 })
  after(() => jobs.stop(0))
  let letKnow = (): void => undefined
  const hasRun = new Promise<void>((resolve) => (letKnow = resolve))
  jobs.define({ name: 'kept', parse: (payload) => payload, run: async () => letKnow() })
  await jobs.send('kept', {})
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  const backups = createBackups({ database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' })
  const { file, manifest } = await backups.create()
  assert.ok(manifest.tables.some((table) => table.name === 'briefings'))
  assert.deepEqual(
    manifest.tables.filter((table) => /^(job|queue|schedule|version|subscription|bam)/.test(table.name)),
    [],
  )
  await backups.restore(file)
  assert.equal((await migrate({ connection, folder: migrationsFolder })).applied.length, 0)
  await jobs.start()
  await hasRun
})
