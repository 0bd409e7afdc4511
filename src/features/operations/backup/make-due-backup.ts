import { createId } from '#platform/crypto/ids.ts'
import { beginRun, endRun } from './backup-runs-store.ts'
import { makeProvenBackup } from './make-proven-backup.ts'
import { pruneBackups } from './prune-backups.ts'
import { readSchedule } from './read-schedule.ts'
import type { ScheduleNeeds } from './schedule-needs.ts'

const MOST_DETAIL = 500

/**
 * Makes a backup if one is owed, proves it, and lets go of those that are spent. To be run by one process at a time. A failure is
 * noted for everybody to see and tried again by a later look; only one that cannot be noted is thrown.
 */
export async function makeDueBackup(needs: ScheduleNeeds, signal: AbortSignal): Promise<void> {
  const { clock, database, host, log } = needs
  const { nextAt } = await database.read((handle) => readSchedule(needs, handle))
  const madeBy = (await database.read(needs.findBegun))?.toISOString() ?? null
  const startedAt = clock.now()
  if (nextAt > startedAt) return
  const id = createId(startedAt.getTime())
  await database.inTransaction((handle) => beginRun(handle, { id, started_at: startedAt, host }))
  const failure = await makeScheduled({ ...needs, signal }, madeBy)
  await database.inTransaction((handle) =>
    endRun(handle, { id, endedAt: clock.now(), status: failure === null ? 'verified' : 'failed', detail: failure }),
  )
  // Its own trouble: the backup stands.
  await pruneBackups(needs, madeBy).catch((error: unknown) => log.warn({ error }, 'old backups could not be removed'))
}

/** null, or why there is none. */
async function makeScheduled(
  needs: ScheduleNeeds & { readonly signal: AbortSignal },
  madeBy: string | null,
): Promise<string | null> {
  try {
    const { file, storeFault } = await makeProvenBackup(needs, { reason: 'scheduled', madeBy })
    if (storeFault) throw storeFault
    needs.log.info({ file }, 'a scheduled backup was made and proven')
    return null
  } catch (error) {
    if (needs.signal.aborted) return 'It was stopped, as its process ended.'
    needs.log.error({ error }, 'a scheduled backup failed; it is tried again')
    return (error instanceof Error ? error.message : String(error)).slice(0, MOST_DETAIL)
  }
}
