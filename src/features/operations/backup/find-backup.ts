import { stat } from 'node:fs/promises'
import { SophiaError } from '#domain/errors.ts'
import { ARCHIVE_END, archiveId } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { findDeployment } from './backup-store.ts'
import { findLatest } from './find-latest.ts'
import { listBackups, summarise, type BackupSummary } from './list-backups.ts'

/** Which of several backups a name may mean. */
export interface FindOptions {
  /** `latest` is of those that were proven. */
  readonly isVerified?: boolean | undefined
}

/**
 * The backup a person names: by id, file name, path or address in the store; `latest` is the newest of this deployment that was not
 * made before a restore, which would undo that restore. Throws NOT_FOUND, CONFLICT, STORE_FAILED.
 */
export async function findBackup(
  needs: Pick<BackupNeeds, 'database' | 'folder' | 'store'>,
  name: string,
  { isVerified = false }: FindOptions = {},
): Promise<BackupSummary> {
  const isFile = await stat(name).then(
    (seen) => seen.isFile(),
    () => false,
  )
  // Whoever names a file needs no list, nor a store that answers.
  if (isFile) return summarise(name, archiveId(name))
  const known = await listBackups(needs)
  if (name === 'latest') return findLatest(known, { isVerified, deployment: await needs.database.read(findDeployment) })
  const found = known.find((one) => isNamed(one, name, needs))
  if (found) return found
  throw new SophiaError('NOT_FOUND', { detail: `There is no backup ${name}. See: sophia backup list` })
}

function isNamed({ id, file }: BackupSummary, name: string, { store }: Pick<BackupNeeds, 'store'>): boolean {
  const bare = store && name.startsWith(`${store.address}/`) ? name.slice(store.address.length + 1) : name
  return file === name || id === bare.replace(ARCHIVE_END, '')
}
