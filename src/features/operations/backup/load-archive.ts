import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { SophiaError } from '#domain/errors.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { readMigrations } from '#platform/postgres/migrate.ts'
import { readArchive, readManifest } from './backup-archive.ts'
import type { BackupManifest } from './backup-manifest.ts'
import { advanceSequences, applyMigration, copyIn, countRows } from './backup-store.ts'

/**
 * Builds the backup's own schema version in the current (empty) schema, copies every row in and counts them.
 * Throws BACKUP_NOT_VALID when a part is damaged, a count differs or the archive is of another migration history.
 */
export async function loadArchive(handle: Handle, file: string, migrationsFolder: string): Promise<BackupManifest> {
  const manifest = await readManifest(file)
  for (const migration of await matchMigrations(manifest, migrationsFolder)) await applyMigration(handle, migration)
  await readArchive(file, async (table, part) => {
    try {
      await pipeline(part, createGunzip(), copyIn(handle, table))
    } catch (cause) {
      throw new SophiaError('BACKUP_NOT_VALID', {
        detail: `The part ${table.name} of ${file} cannot be loaded. Nothing was touched.`,
        cause,
      })
    }
  })
  for (const table of manifest.tables) {
    const rows = await countRows(handle, table.name)
    if (rows !== table.rows) {
      throw new SophiaError('BACKUP_NOT_VALID', {
        detail: `${file} promises ${table.rows} rows of ${table.name} but holds ${rows}. Nothing was touched.`,
      })
    }
  }
  await advanceSequences(handle)
  return manifest
}

async function matchMigrations(manifest: BackupManifest, folder: string) {
  const files = await readMigrations(folder)
  return manifest.migrations.map((wanted) => {
    const found = files.find((migration) => migration.version === wanted.version && migration.hash === wanted.hash)
    if (!found) {
      throw new SophiaError('BACKUP_NOT_VALID', {
        detail: `The backup was made by Sophia ${manifest.sophiaVersion} with ${wanted.name}, which this version does not have. Restore it with that version. Nothing was touched.`,
      })
    }
    return found
  })
}
