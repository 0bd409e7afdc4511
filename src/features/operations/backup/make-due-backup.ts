import { makeScheduledBackup } from './make-scheduled-backup.ts'
import { readSchedule } from './read-schedule.ts'
import type { ScheduleNeeds } from './schedule-needs.ts'

/**
 * Makes a backup if one is owed, and if it would outlive this process. To be run by one process at a time. A failure is noted for everybody to see and tried again by a
 * later look; only one that cannot be noted is thrown.
 */
export async function makeDueBackup(needs: ScheduleNeeds, signal: AbortSignal): Promise<void> {
  if (needs.isFleeting) return
  const { nextAt } = await needs.database.read((handle) => readSchedule(needs, handle))
  if (nextAt <= needs.clock.now()) await makeScheduledBackup({ ...needs, signal })
}
