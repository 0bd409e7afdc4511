import { nextBackup } from '#domain/backup/next-backup.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { findVerifiedRun, listRunsSince, type RunRow } from './backup-runs-store.ts'
import type { ScheduleNeeds } from './schedule-needs.ts'

/** How backups by schedule stand, in all processes. */
export interface ScheduleState {
  readonly verified: RunRow | null
  /** The newest first; one may be at work. */
  readonly since: readonly RunRow[]
  /** From when on the next is owed. */
  readonly nextAt: Date
}

export async function readSchedule(
  { clock, findBegun, rhythm }: Pick<ScheduleNeeds, 'clock' | 'findBegun' | 'rhythm'>,
  handle: Handle,
): Promise<ScheduleState> {
  const now = clock.now()
  const verified = await findVerifiedRun(handle, now)
  const since = await listRunsSince(handle, verified, now)
  const history = {
    begunMs: ((await findBegun(handle)) ?? now).getTime(),
    lastMs: verified?.started_at.getTime() ?? null,
    failures: since.length,
    lastFailedMs: since[0]?.started_at.getTime() ?? null,
  }
  return { verified, since, nextAt: new Date(nextBackup(rhythm(), history, now.getTime())) }
}
