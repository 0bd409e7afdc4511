import type pg from 'pg'
import { FLEETING_FIX } from '#domain/backup/fleeting-home.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import { migrate, type MigrationOutcome } from '#platform/postgres/migrate.ts'
import { archiveId } from './backup/backup-manifest.ts'
import type { BackupProgress, Backups } from './backup/index.ts'

/** How far it is: with the backup before, or with the migrations. */
export type UpdateProgress = BackupProgress | { readonly step: 'migrate'; readonly table: null; readonly share: number }
export type OnUpdateProgress = (progress: UpdateProgress) => void

/** What whoever asks for it may want besides. */
export interface UpdateWishes {
  /** Refuses a migration that nothing would lead back from, instead of warning of it. */
  readonly requiresSnapshot?: boolean
  readonly onProgress?: OnUpdateProgress | undefined
}

interface UpdateNeeds extends UpdateWishes {
  readonly connection: pg.ClientConfig
  readonly migrationsFolder: string
  readonly backups: Backups
  readonly log: Log
  /** A command says at its usual level what it changed before it did what it was asked for. */
  readonly isCommand?: boolean
  /** What is backed up before goes with this process: nothing leads back from the migration then. */
  readonly isFleeting?: boolean
  /** False: of a backup only the copy in the store outlives this process. */
  readonly homeLasts?: boolean
}

/**
 * Runs pending migrations behind an advisory lock; what is there is backed up, and the backup proven, before the first. What a restore
 * that was killed left in the database is removed. Restores have to be kept out. Throws CONFLICT where a snapshot is required and would not
 * outlive this process.
 */
export async function bringUpToDate(needs: UpdateNeeds): Promise<MigrationOutcome> {
  const { connection, migrationsFolder, backups, log, isCommand = false, onProgress } = needs
  await clearUnfinished(backups, log)
  const level = isCommand ? 'warn' : 'info'
  const outcome = await migrate({
    connection,
    folder: migrationsFolder,
    onGivingWay: (tried) => log.warn(tried, 'a migration waits for tables that are in use; it is tried again'),
    onApplied: (share) => onProgress?.({ step: 'migrate', table: null, share }),
    beforeFirst: async () => {
      if (needs.isFleeting) tellFleeting(needs)
      const { file, storeFault } = await backups.create('before-migration', { onProgress })
      if (storeFault) tellNotCopied(needs, storeFault)
      log[level]({ file }, 'backed up before migrating')
      return archiveId(file)
    },
  })
  if (outcome.applied.length > 0) log[level]({ from: outcome.from, to: outcome.to }, 'database migrated')
  return outcome
}

/** Told before it is made: a database that takes an hour to back up is not to be told then. */
function tellFleeting({ log, requiresSnapshot = false }: UpdateNeeds): void {
  const reason = 'The backup before this migration goes with this process, and nothing would lead back.'
  if (requiresSnapshot)
    throw new SophiaError('CONFLICT', {
      detail: `${reason} ${FLEETING_FIX} To go on without: sophia migrate --may-lose-snapshot (migration.mayLoseSnapshot of the chart).`,
    })
  log.warn({ fix: FLEETING_FIX }, 'the backup before this migration goes with this process, and nothing will lead back')
}

/** Where the home lasts a store that is away is no reason not to go on: the backup is there. */
function tellNotCopied({ log, homeLasts = true, requiresSnapshot = false }: UpdateNeeds, error: SophiaError): void {
  if (!homeLasts && requiresSnapshot)
    throw new SophiaError(error.code, {
      detail: `The backup before this migration is not in the store, and goes with this process: nothing would lead back. ${error.message} See that the store answers, or go on without: sophia migrate --may-lose-snapshot (migration.mayLoseSnapshot of the chart).`,
      cause: error,
    })
  const end = homeLasts ? '' : ', and goes with this process: nothing will lead back'
  log.warn({ error }, `the backup before migrating was not copied to the store${end}`)
}

async function clearUnfinished(backups: Backups, log: Log): Promise<void> {
  try {
    const schemas = await backups.clearUnfinished()
    if (schemas.length > 0) log.info({ schemas }, 'removed what a restore that was killed left in the database')
  } catch (error) {
    // It takes room and is in nobody's way: the next start removes it.
    log.warn({ error }, 'what a restore that was killed left in the database was not removed')
  }
}
