import type { AgeKey } from '#platform/crypto/age.ts'
import type { BackupNeeds, SecretKeyPlace } from './backup-needs.ts'
import { withArchive } from './fetch-archive.ts'
import { findBackup, type FindOptions } from './find-backup.ts'
import { listBackups, listReachable, type BackupSummary } from './list-backups.ts'
import { makeProvenBackup, type ProvenBackup } from './make-proven-backup.ts'
import { makeSnapshot } from './make-snapshot.ts'
import { newestVerified } from './newest-verified.ts'
import type { BackupProgress, OnProgress } from './report-progress.ts'
import { requireRightsToProve, requireRightsToRestore } from './require-rights.ts'
import { requireRoomToVerify } from './require-room.ts'
import { restoreBackup, type RestoreOutcome } from './restore-backup.ts'
import { scheduleBackups, type BackupSchedule } from './schedule-backups.ts'
import { dropAllUnfinished } from './unfinished-restores-store.ts'
import { verifyBackup } from './verify-backup.ts'
import { warnOfKey } from './warn-of-key.ts'

/** How one piece of work on a backup is done. */
export interface WorkOptions {
  /** What may open it, where it is encrypted. */
  readonly keys?: readonly AgeKey[] | undefined
  readonly onProgress?: OnProgress | undefined
}

export interface Backups {
  /** Makes one, proves it and copies it to the store. One before a migration takes the place of those whose migration failed. */
  create(reason?: 'manual' | 'before-migration', options?: Pick<WorkOptions, 'onProgress'>): Promise<ProvenBackup>
  /** Of this machine and of the store. Throws STORE_FAILED. */
  list(): Promise<BackupSummary[]>
  /** Those of this machine where the store does not answer, and why. */
  listReachable(): ReturnType<typeof listReachable>
  /** By id, file name, path or address; `latest` is the newest of this deployment that was not made before a restore. Throws NOT_FOUND, CONFLICT, STORE_FAILED. */
  find(name: string, options?: FindOptions): Promise<BackupSummary>
  verify(file: string, options?: WorkOptions): ReturnType<typeof verifyBackup>
  restore(file: string, options?: WorkOptions): Promise<RestoreOutcome>
  /** What to do so that the secrets of a backup open here; null where nothing is, or nothing is known of its key. */
  warnOfKey(backup: Parameters<typeof warnOfKey>[1]): Promise<string | null>
  /** Removes from the database what restores that were killed left in it, as far as it can. Only for who keeps restores out. Answers what it was called. */
  clearUnfinished(): Promise<readonly string[]>
}

export { newestVerified, scheduleBackups }
export type { BackupProgress, BackupSchedule, BackupSummary, ProvenBackup, RestoreOutcome, SecretKeyPlace }

/** Backups as plain archives that a person can open without Sophia. */
export function createBackups(needs: BackupNeeds): Backups {
  return {
    create: (reason = 'manual', { onProgress } = {}) => {
      const work = { ...needs, onProgress }
      return reason === 'before-migration' ? makeSnapshot(work) : makeProvenBackup(work, { reason })
    },
    list: () => listBackups(needs),
    listReachable: () => listReachable(needs),
    find: (name, options) => findBackup(needs, name, options),
    verify: async (given, { keys, onProgress } = {}) => {
      const work = { ...needs, onProgress }
      await requireRightsToProve(work)
      return withArchive(work, given, async (file) => {
        const archive = { file, title: given, keys }
        await requireRoomToVerify(work, archive)
        return verifyBackup(work, archive)
      })
    },
    restore: async (given, { keys, onProgress } = {}) => {
      const work = { ...needs, onProgress }
      await requireRightsToRestore(work)
      return withArchive(work, given, (file) => restoreBackup(work, { file, title: given, keys }))
    },
    warnOfKey: (backup) => warnOfKey(needs, backup),
    clearUnfinished: () => dropAllUnfinished(needs),
  }
}
