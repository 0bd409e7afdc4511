import type pg from 'pg'
import type { Log } from '#platform/log/log.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import type { Backups } from './backup/index.ts'

interface UpdateNeeds {
  readonly connection: pg.ClientConfig
  readonly migrationsFolder: string
  readonly backups: Backups
  readonly log: Log
}

/** Runs pending migrations behind an advisory lock; what is there is backed up, and the backup proven, before the first. */
export async function bringUpToDate({ connection, migrationsFolder, backups, log }: UpdateNeeds): Promise<void> {
  const outcome = await migrate({
    connection,
    folder: migrationsFolder,
    beforeFirst: async () => {
      const { file } = await backups.create('before-migration')
      await backups.verify(file)
      log.info({ file }, 'backed up before migrating')
    },
  })
  if (outcome.applied.length > 0) log.info({ from: outcome.from, to: outcome.to }, 'database migrated')
}
