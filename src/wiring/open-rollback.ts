import { planRollback, rollBack, type RollbackPlan } from '#features/operations/backup/roll-back.ts'
import type { WorkOptions } from '#features/operations/backup/index.ts'
import type { Config } from '#platform/config/config.ts'
import { findHomeOwner } from '#platform/home-lock.ts'
import type { Log } from '#platform/log/log.ts'
import type { RestoreLock } from '#platform/postgres/restore-lock.ts'
import { openStorage } from '#platform/storage.ts'
import { lockRestores } from './lock-restores.ts'
import { wireOperations } from './wire-parts.ts'

/** What going back needs: the database as it stands, which no migration touches on the way, and which nobody else works on. Throws CONFLICT. */
export async function openRollback(config: Config, log: Log) {
  const isAlone = (await findHomeOwner(config.home)) === undefined
  const purpose = 'command'
  const storage = await openStorage({ home: config.home, postgres: config.postgres, log, purpose, isAlone })
  let restoreLock: RestoreLock | undefined
  const close = async (): Promise<void> => {
    await restoreLock?.release()
    await storage.close()
  }
  try {
    // Beside a server of this home nothing is done, and she says so herself.
    const { lock, claim } = await lockRestores({ config, log, storage, purpose, isAlone })
    restoreLock = lock
    const { database } = storage
    const { backups, backupStore } = wireOperations({ config, log, storage, database, claim })
    const needs = { database, backups }
    return {
      isAlone,
      plan: () => planRollback(needs),
      run: (plan: RollbackPlan, options: WorkOptions) => rollBack(needs, plan, options),
      close: async () => {
        await backupStore?.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
