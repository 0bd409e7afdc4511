import type { BackupRhythm } from '#domain/backup/next-backup.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { BackupNeeds } from './backup-needs.ts'

export interface ScheduleNeeds extends Omit<BackupNeeds, 'signal' | 'onProgress'> {
  readonly log: Log
  /** Of this machine: archives lie on the one that made them. */
  readonly host: string
  /** The folder goes with this process, and there is no store: what is made there is no backup. */
  readonly isFleeting?: boolean | undefined
  /** What the calendar asks for now. */
  readonly rhythm: () => BackupRhythm
  readonly findBegun: (handle: Handle) => Promise<Date | null>
  /** How long a process that gives no sign is taken to live still; a minute unless told. */
  readonly leaseMs?: number | undefined
  /** A connection of its own, so that a pool that is merely full does not hide how backups are. */
  readonly probe: Database
}
