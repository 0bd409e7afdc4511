import { FLEETING_FIX } from '#domain/backup/fleeting-home.ts'
import { SophiaError } from '#domain/errors.ts'
import { endRun } from './backup-runs-store.ts'
import type { BegunRun } from './begin-scheduled-run.ts'
import { makeProvenBackup, type ProvenBackup } from './make-proven-backup.ts'
import { pruneBackups } from './prune-backups.ts'
import type { OnProgress } from './report-progress.ts'
import type { ScheduleNeeds } from './schedule-needs.ts'

const MOST_DETAIL = 500

export interface ScheduledWork extends ScheduleNeeds {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

/** What became of one try; a fault beside a backup is of the store, which has no copy of it. */
export type ScheduledOutcome =
  | { readonly made: ProvenBackup; readonly fault: Error | null }
  | { readonly made: null; readonly fault: Error }

/** Throws CONFLICT where a backup would go with this process. */
export function requireLastingPlace({ isFleeting }: Pick<ScheduleNeeds, 'isFleeting'>): void {
  if (isFleeting)
    throw new SophiaError('CONFLICT', {
      detail: `A backup in this home would go with the process, and count for nothing. ${FLEETING_FIX}`,
    })
}

/**
 * Makes a backup that counts as one by schedule, proves it, notes for everybody to see how that went, and lets go of those that are
 * spent. Only a try that cannot be noted is thrown.
 */
export async function makeScheduledBackup(needs: ScheduledWork, run: BegunRun): Promise<ScheduledOutcome> {
  const { clock, database, log } = needs
  try {
    const madeBy = (await database.read(needs.findBegun))?.toISOString() ?? null
    const outcome = await tryToMake(needs, madeBy)
    const detail = outcome.fault === null ? null : detailOf(outcome.fault, needs.signal)
    const ended = { id: run.id, endedAt: clock.now(), status: detail === null ? 'verified' : 'failed', detail } as const
    await database.inTransaction((handle) => endRun(handle, ended))
    // Its own trouble: the backup stands.
    await pruneBackups(needs, madeBy).catch((error: unknown) => log.warn({ error }, 'old backups could not be removed'))
    return outcome
  } finally {
    run.release()
  }
}

async function tryToMake(needs: ScheduledWork, madeBy: string | null): Promise<ScheduledOutcome> {
  const { log, signal } = needs
  try {
    const made = await makeProvenBackup(needs, { reason: 'scheduled', madeBy })
    const fault = made.storeFault
    if (fault) log.error({ error: fault }, 'a scheduled backup failed; it is tried again')
    else log.info({ file: made.file }, 'a scheduled backup was made and proven')
    return { made, fault }
  } catch (error) {
    if (!signal?.aborted) log.error({ error }, 'a scheduled backup failed; it is tried again')
    return { made: null, fault: error instanceof Error ? error : new Error(String(error)) }
  }
}

function detailOf(fault: Error, signal: AbortSignal | undefined): string {
  return signal?.aborted ? 'It was stopped, as its process ended.' : fault.message.slice(0, MOST_DETAIL)
}
