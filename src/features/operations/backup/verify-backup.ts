import { stat, writeFile } from 'node:fs/promises'
import type { Handle } from '#platform/postgres/database.ts'
import type { BackupManifest } from './backup-manifest.ts'
import { enterScratchSchema, liftTimeLimit } from './backup-store.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { loadArchive } from './load-archive.ts'

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
 * row count compared. Notes the time beside the file. Throws BACKUP_NOT_VALID.
 */
export async function verifyBackup(
  needs: BackupNeeds,
  file: string,
): Promise<{ manifest: BackupManifest; verifiedAt: string }> {
  const manifest = await rehearse(needs, file)
  const verifiedAt = needs.clock.now().toISOString()
  const { size, mtimeMs } = await stat(file)
  await writeFile(`${file}.verified.json`, JSON.stringify({ verifiedAt, size, mtimeMs }), { mode: 0o600 })
  return { manifest, verifiedAt }
}

async function rehearse(needs: BackupNeeds, file: string): Promise<BackupManifest> {
  const work = async (handle: Handle): Promise<never> => {
    await liftTimeLimit(handle)
    await enterScratchSchema(handle, `rehearsal_${process.pid}_${Math.trunc(needs.clock.monotonicMs())}`)
    throw new RehearsalDone(await loadArchive(handle, file, needs.migrationsFolder))
  }
  try {
    return await needs.database.inTransaction(work)
  } catch (error) {
    if (error instanceof RehearsalDone) return error.manifest
    throw error
  }
}
