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
}

/** Runs pending migrations behind an advisory lock; what is there is backed up, and the backup proven, before the first. */
export async function bringUpToDate({
  connection,
  migrationsFolder,
  backups,
  log,
}: UpdateNeeds): Promise<MigrationOutcome> {
  const outcome = await migrate({
    connection,
    folder: migrationsFolder,
    onGivingWay: (tried) => log.warn(tried, 'a migration waits for tables that are in use; it is tried again'),
    beforeFirst: async () => {
      const { file, storeFault } = await backups.create('before-migration')
      // A store that is away is no reason not to start: the backup is there.
      if (storeFault) log.warn({ error: storeFault }, 'the backup before migrating was not copied to the store')
      log.info({ file }, 'backed up before migrating')
      return archiveId(file)
    },
  })
  if (outcome.applied.length > 0) log.info({ from: outcome.from, to: outcome.to }, 'database migrated')
  return outcome
}
