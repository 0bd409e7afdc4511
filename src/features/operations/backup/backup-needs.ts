import type { Clock } from '#domain/clock.ts'
import type { ObjectStore } from '#platform/object-store/object-store.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { OnProgress } from './report-progress.ts'

/** The key that stored secrets are sealed with. */
export interface SecretKeyPlace {
  /** Tells it from others, and nothing of it; null: there is none yet. */
  readonly check: () => Promise<string | null>
  /** The file it is looked for in; null: only SOPHIA_SECRET_KEY is. */
  readonly file: string | null
}

export interface BackupNeeds {
  readonly database: Database
  readonly clock: Clock
  /** Where archives are made and stand, e.g. `<home>/backups`. */
  readonly folder: string
  /** Where proven ones are copied to besides; without it they stay in the folder alone. */
  readonly store?: ObjectStore | null | undefined
  /** Whom archives are encrypted to (`age1...`); without any they are left in the clear. */
  readonly recipients?: readonly string[] | undefined
  /** Where the files of the built-in database lie; without it the database lies elsewhere, and nobody knows its disk. */
  readonly databaseFolder?: string | null | undefined
  readonly migrationsFolder: string
  readonly version: string
  /** False: what lies in the folder goes with this process. True unless told. */
  readonly homeLasts?: boolean | undefined
  /** The key that stored secrets are sealed with; without it nothing is said of it. */
  readonly secretKey?: SecretKeyPlace | undefined
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined
  /** Of a restore: throws CONFLICT where somebody else works on the database. */
  readonly requireAlone?: (() => Promise<void>) | undefined
  readonly onProgress?: OnProgress | undefined
  /** Told what a restore does without, and what of killed ones cannot be removed. */
  readonly log?: Log | undefined
}
