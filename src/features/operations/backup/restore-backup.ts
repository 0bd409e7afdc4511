import { noticeLostPeer } from '#platform/postgres/restore-lock.ts'
import { checkArchive, readManifest } from './backup-archive.ts'
import { bytesOf, type BackupManifest } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { clearPublicSchema, hasSchema } from './backup-store.ts'
import { createBackup, type CreatedBackup } from './create-backup.ts'
import { loadArchive, matchMigrations } from './load-archive.ts'
import { requireRoomToRestore } from './require-room.ts'
import { createProgress } from './report-progress.ts'
import { analyse } from './schema-parts-store.ts'
import type { BackupArchive } from './walk-archive.ts'

export interface RestoreOutcome {
  readonly manifest: BackupManifest
  /** Made of what was there before; null when the database was empty. */
  readonly safety: CreatedBackup | null
}

/**
 * Replaces everything by a backup, in one transaction: it happens whole or not at all. Before it begins the archive is read
 * through with every checksum compared, and what is there now is backed up; before it ends every row was counted. Nothing
 * else may be connected, nor get in before this ended, which the signal tells of; bring the schema up to date afterwards. Throws BACKUP_NOT_VALID, BACKUP_KEY_MISSING.
 */
export async function restoreBackup(needs: BackupNeeds, archive: BackupArchive): Promise<RestoreOutcome> {
  try {
    return await replaceAll(needs, archive)
  } catch (error) {
    // What was ended tells that it was; why, the signal does.
    needs.signal?.throwIfAborted()
    throw error
  }
}

async function replaceAll(needs: BackupNeeds, archive: BackupArchive): Promise<RestoreOutcome> {
  await requireUsable(needs, archive)
  await requireRoomToRestore(needs, archive)
  const isInUse = await needs.database.read(hasSchema)
  const safety = isInUse ? await createBackup(needs, 'before-restore') : null
  const manifest = await needs.database.inTransaction(
    async (handle) => {
      // COPY may take longer than any request may.
      await handle.raiseLimit(0)
      await noticeLostPeer(handle)
      needs.signal?.throwIfAborted()
      await clearPublicSchema(handle)
      // From here on nobody writes but behind this; who came back before may have written what is not in what was saved.
      await needs.requireAlone?.()
      const loaded = await loadArchive(needs, handle, archive)
      await analyse(
        handle,
        loaded.tables.map(({ name }) => name),
      )
      // Whoever had to wait may have begun to work on what was there.
      needs.signal?.throwIfAborted()
      await needs.requireAlone?.()
      return loaded
    },
    { mayTakeLong: true },
  )
  return { manifest, safety }
}

async function requireUsable(needs: BackupNeeds, archive: BackupArchive): Promise<void> {
  const manifest = await readManifest(archive)
  await matchMigrations(manifest, needs.migrationsFolder)
  const tell = createProgress(needs.onProgress, 'check', bytesOf(manifest))
  await checkArchive(archive, tell)
}
