import { systemClock as clock } from '#platform/clock.ts'
import type { RestoreLock } from '#platform/postgres/restore-lock.ts'
import { waitForDatabase } from '#platform/postgres/wait-for-database.ts'
import { openStorage } from '#platform/storage.ts'
import type { Opening } from './foundation.ts'
import { lockRestores } from './lock-restores.ts'
import { wireOperations } from './wire-parts.ts'

/** What brings the database to this version, without a house around it. Waits a minute for an operator's database. */
export async function openMigrations({ config, log }: Pick<Opening, 'config' | 'log'>) {
  const purpose = 'command'
  const storage = await openStorage({ home: config.home, postgres: config.postgres, log, purpose })
  let restoreLock: RestoreLock | undefined
  const close = async (): Promise<void> => {
    await restoreLock?.release()
    await storage.close()
  }
  try {
    const { mode, directConnection: connection, database } = storage
    if (mode === 'cluster') await waitForDatabase({ connection, clock, log })
    // An init container or a job: nobody sits before it.
    restoreLock = (await lockRestores({ config, log, storage, purpose: 'server' })).lock
    return { migrate: wireOperations({ config, storage, database, log }).update, close }
  } catch (error) {
    await close()
    throw error
  }
}
