import type pg from 'pg'
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
}

/**
 * Runs pending migrations behind an advisory lock; what is there is backed up, and the backup proven, before the first. What a restore
 * that was killed left in the database is removed. Restores have to be kept out.
 */
export async function bringUpToDate({
  connection,
  migrationsFolder,
  backups,
  log,
  isCommand = false,
}: UpdateNeeds): Promise<MigrationOutcome> {
  await clearUnfinished(backups, log)
  const level = isCommand ? 'warn' : 'info'
  const outcome = await migrate({
    connection,
    folder: migrationsFolder,
    onGivingWay: (tried) => log.warn(tried, 'a migration waits for tables that are in use; it is tried again'),
    beforeFirst: async () => {
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

async function clearUnfinished(backups: Backups, log: Log): Promise<void> {
  try {
    const schemas = await backups.clearUnfinished()
    if (schemas.length > 0) log.info({ schemas }, 'removed what a restore that was killed left in the database')
  } catch (error) {
    // It takes room and is in nobody's way: the next start removes it.
    log.warn({ error }, 'what a restore that was killed left in the database was not removed')
  }
}
