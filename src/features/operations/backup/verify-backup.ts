import type { Handle } from '#platform/postgres/database.ts'
import { writeFacts, writeProof } from './archive-notes.ts'
import type { BackupManifest } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { enterNewSchema } from './backup-store.ts'
import { loadArchive } from './load-archive.ts'
import { isEncrypted, type BackupArchive } from './walk-archive.ts'

/** Undoes the rehearsal: thrown inside its transaction on success. */
class RehearsalDone extends Error {
  readonly manifest: BackupManifest

  constructor(manifest: BackupManifest) {
    super('rehearsal done')
    this.manifest = manifest
  }
}

/**
 * Proves a backup by restoring it: into a scratch schema, in a transaction that is rolled back, with every checksum and
 * row count compared. Notes the time beside the file. Throws BACKUP_NOT_VALID, BACKUP_KEY_MISSING.
 */
export async function verifyBackup(
  needs: BackupNeeds,
  archive: BackupArchive,
): Promise<{ manifest: BackupManifest; verifiedAt: string }> {
  const manifest = await rehearse(needs, archive)
  const verifiedAt = needs.clock.now().toISOString()
  if (await isEncrypted(archive.file)) await writeFacts(archive.file, manifest)
  await writeProof(archive.file, verifiedAt)
  return { manifest, verifiedAt }
}

async function rehearse(needs: BackupNeeds, archive: BackupArchive): Promise<BackupManifest> {
  const work = async (handle: Handle): Promise<never> => {
    // COPY may take longer than any request may.
    await handle.raiseLimit(0)
    await enterNewSchema(handle, `rehearsal_${process.pid}_${Math.trunc(needs.clock.monotonicMs())}`)
    throw new RehearsalDone(await loadArchive(needs, handle, archive))
  }
  try {
    return await needs.database.inTransaction(work, { mayTakeLong: true })
  } catch (error) {
    if (error instanceof RehearsalDone) return error.manifest
    throw error
  }
}
