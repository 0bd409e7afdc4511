import type { Clock } from '#domain/clock.ts'
import type { Database } from '#platform/postgres/database.ts'

export interface BackupNeeds {
  readonly database: Database
  readonly clock: Clock
  /** Where archives stand, e.g. `<home>/backups`. */
  readonly folder: string
  readonly migrationsFolder: string
  readonly version: string
}
