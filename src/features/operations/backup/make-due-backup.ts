import type { Handle } from '#platform/postgres/database.ts'
import { beginScheduledRun } from './begin-scheduled-run.ts'
import { makeScheduledBackup } from './make-scheduled-backup.ts'
import { readSchedule } from './read-schedule.ts'
import type { ScheduleNeeds } from './schedule-needs.ts'

/**
 * Makes a backup if one is owed, if it would outlive this process, and if no other process makes one now. A failure is noted for everybody to
 * see and tried again by a later look; only one that cannot be noted is thrown.
 */
export async function makeDueBackup(needs: ScheduleNeeds, signal: AbortSignal): Promise<void> {
  if (needs.isFleeting) return
  const isDue = async (handle: Handle): Promise<boolean> =>
    (await readSchedule(needs, handle)).nextAt <= needs.clock.now()
  // Most looks find nothing to do, and hold up nobody.
  if (!(await needs.database.read(isDue))) return
  const run = await beginScheduledRun(needs, isDue)
  if (run) await makeScheduledBackup({ ...needs, signal }, run)
}
