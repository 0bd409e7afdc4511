import { createBackup, type CreatedBackup } from './create-backup.ts'
import type { BackupManifest } from './backup-manifest.ts'
import { clearPublicSchema, hasSchema, liftTimeLimit } from './backup-store.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { loadArchive } from './load-archive.ts'
import { verifyBackup } from './verify-backup.ts'

export interface RestoreOutcome {
  readonly manifest: BackupManifest
  /** Made of what was there before; null when the database was empty. */
  readonly safety: CreatedBackup | null
}

/**
 * Replaces everything by a backup, in one transaction: it happens whole or not at all. The archive is rehearsed first and
 * what is there now is backed up. Nothing else may be connected; bring the schema up to date afterwards.
 */
export async function restoreBackup(needs: BackupNeeds, file: string): Promise<RestoreOutcome> {
  await verifyBackup(needs, file)
  const isInUse = await needs.database.read(hasSchema)
  const safety = isInUse ? await createBackup(needs, 'before-restore') : null
  const manifest = await needs.database.inTransaction(async (handle) => {
    await liftTimeLimit(handle)
    await clearPublicSchema(handle)
    return loadArchive(handle, file, needs.migrationsFolder)
  })
  return { manifest, safety }
}
