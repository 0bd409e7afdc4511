import { SophiaError } from '#domain/errors.ts'
import type { BackupManifest } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { copyToStore } from './copy-to-store.ts'
import { createBackup } from './create-backup.ts'
import { requireRightsToProve } from './require-rights.ts'
import { requireRoomToMake } from './require-room.ts'
import { verifyBackup } from './verify-backup.ts'

export interface ProvenBackup {
  readonly file: string
  readonly manifest: BackupManifest
  readonly verifiedAt: string
  /** Why the store has no copy of it; null when it has one, or there is no store. */
  readonly storeFault: SophiaError | null
}

interface Wanted {
  readonly reason: BackupManifest['reason']
  /** Of the deployment, where it may be removed by rule later. */
  readonly madeBy?: string | null
}

/**
 * Makes a backup, proves it by a rehearsed restore and copies it to the store. Without the proof there is none: it throws. A
 * store that fails is told beside it, as the file is there. None is begun without the rights for its rehearsal, or without room for both.
 */
export async function makeProvenBackup(needs: BackupNeeds, { reason, madeBy = null }: Wanted): Promise<ProvenBackup> {
  await requireRightsToProve(needs)
  await requireRoomToMake(needs)
  const { file, manifest, key } = await createBackup(needs, reason)
  const { verifiedAt } = await verifyBackup(needs, { file, keys: key ? [key] : [] })
  const made = { file, manifest, verifiedAt }
  const { store } = needs
  if (!store) return { ...made, storeFault: null }
  try {
    await copyToStore({ ...needs, store }, made, madeBy)
    return { ...made, storeFault: null }
  } catch (error) {
    if (!(error instanceof SophiaError) || needs.signal?.aborted) throw error
    return { ...made, storeFault: onlyHere(file, error) }
  }
}

function onlyHere(file: string, cause: SophiaError): SophiaError {
  return new SophiaError(cause.code, {
    detail: `The backup ${file} was made and proven, and lies on this machine alone. ${cause.message}`,
    cause,
  })
}
