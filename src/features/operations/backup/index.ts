import type { BackupNeeds } from './backup-needs.ts'
import { createBackup, type CreatedBackup } from './create-backup.ts'
import { findBackup, listBackups, type BackupSummary } from './list-backups.ts'
import { restoreBackup, type RestoreOutcome } from './restore-backup.ts'
import { verifyBackup } from './verify-backup.ts'

export interface Backups {
  create(reason?: 'manual' | 'before-migration'): Promise<CreatedBackup>
  list(): Promise<BackupSummary[]>
  find(name: string): Promise<BackupSummary>
  verify(file: string): ReturnType<typeof verifyBackup>
  restore(file: string): Promise<RestoreOutcome>
}

export type { BackupSummary, CreatedBackup, RestoreOutcome }

/** Backups as plain archives that a person can open without Sophia. */
export function createBackups(needs: BackupNeeds): Backups {
  return {
    create: (reason = 'manual') => createBackup(needs, reason),
    list: () => listBackups(needs),
    find: (name) => findBackup(needs, name),
    verify: (file) => verifyBackup(needs, file),
    restore: (file) => restoreBackup(needs, file),
  }
}
