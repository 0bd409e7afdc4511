import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import pino from 'pino'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import { writeArchive } from '#features/operations/backup/backup-archive.ts'
import type { BackupManifest } from '#features/operations/backup/backup-manifest.ts'
import { createBackups } from '#features/operations/backup/index.ts'
import { makeDueBackup } from '#features/operations/backup/make-due-backup.ts'
import { createPartFiles } from '#features/operations/backup/part-files.ts'
import { scheduleBackups } from '#features/operations/backup/schedule-backups.ts'
import type { ScheduleNeeds } from '#features/operations/backup/schedule-needs.ts'
import type { Database } from '#platform/postgres/database.ts'
import { openTestDatabase } from './database.ts'
import { createManualClock } from './manual-clock.ts'

const migrationsFolder = join(import.meta.dirname, '../../migrations')
const silent = pino({ level: 'silent' })
const running = new AbortController().signal

/** A machine that makes backups of a database; several may share it, each with a folder of its own. */
export async function openMachine(
  t: TestContext,
  given: Partial<ScheduleNeeds> & { readonly shared?: { database: Database } } = {},
) {
  const { shared, ...change } = given
  const { database } = shared ?? (await openTestDatabase())
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const clock = createManualClock('2026-03-10T09:00:00.000Z')
  const needs: ScheduleNeeds = {
    database,
    clock,
    folder,
    migrationsFolder,
    version: '0.0.0-test',
    log: silent,
    host: 'one',
    rhythm: () => ({ everyMs: BACKUP_EVERY_MS, at: null }),
    findBegun: async () => new Date('2026-03-10T09:00:00.000Z'),
    probe: database,
    ...change,
  }
  const backups = createBackups(needs)
  return {
    clock,
    database,
    folder,
    needs,
    backups,
    look: (signal: AbortSignal = running) => makeDueBackup(needs, signal),
    archives: async () => (await readdir(folder)).filter((name) => name.endsWith('.tar')),
    // A new one each time: what one saw it keeps for ten seconds.
    observe: () => scheduleBackups(needs).observe(),
  }
}

/** An archive without tables that says it was made and proven then. */
export async function placeProven(folder: string, manifest: BackupManifest): Promise<void> {
  const file = join(folder, `sophia-${manifest.createdAt.replaceAll(/[:.]/g, '-')}-${manifest.id}.tar`)
  await writeArchive(file, { manifest, parts: [], files: createPartFiles(folder, false), recipients: [] })
  const { size, mtimeMs } = await stat(file)
  await writeFile(`${file}.verified.json`, JSON.stringify({ verifiedAt: manifest.createdAt, size, mtimeMs }))
}
