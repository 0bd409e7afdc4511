import type pg from 'pg'
import { FLEETING_FIX } from '#domain/backup/fleeting-home.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import { migrate, type MigrationOutcome } from '#platform/postgres/migrate.ts'
import { archiveId } from './backup/backup-manifest.ts'
import type { Backups } from './backup/index.ts'

interface UpdateNeeds {
  readonly connection: pg.ClientConfig
  readonly migrationsFolder: string
  readonly backups: Backups
  readonly log: Log
  /** A command says at its usual level what it changed before it did what it was asked for. */
  readonly isCommand?: boolean
  /** What is backed up before goes with this process: nothing leads back from the migration then. */
  readonly isFleeting?: boolean
  /** Refuses such a migration instead of warning of it. */
  readonly requiresSnapshot?: boolean
}

/**
 * Runs pending migrations behind an advisory lock; what is there is backed up, and the backup proven, before the first. What a restore
 * that was killed left in the database is removed. Restores have to be kept out. Throws CONFLICT where a snapshot is required and would not
 * outlive this process.
 */
export async function bringUpToDate(needs: UpdateNeeds): Promise<MigrationOutcome> {
  const { connection, migrationsFolder, backups, log, isCommand = false } = needs
  await clearUnfinished(backups, log)
  const level = isCommand ? 'warn' : 'info'
  const outcome = await migrate({
    connection,
    folder: migrationsFolder,
    onGivingWay: (tried) => log.warn(tried, 'a migration waits for tables that are in use; it is tried again'),
    beforeFirst: async () => {
      if (needs.isFleeting) tellFleeting(needs)
      const { file, storeFault } = await backups.create('before-migration')
      // A store that is away is no reason not to start: the backup is there.
      if (storeFault) log.warn({ error: storeFault }, 'the backup before migrating was not copied to the store')
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

async function clearUnfinished(backups: Backups, log: Log): Promise<void> {
  try {
    const schemas = await backups.clearUnfinished()
    if (schemas.length > 0) log.info({ schemas }, 'removed what a restore that was killed left in the database')
  } catch (error) {
    // It takes room and is in nobody's way: the next start removes it.
    log.warn({ error }, 'what a restore that was killed left in the database was not removed')
  }
}
