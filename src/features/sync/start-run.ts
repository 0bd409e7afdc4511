import type { RunRequest } from '#contract/sync.ts'
import { isPassing, SophiaError, toSophiaError } from '#domain/errors.ts'
import { SYNC_KINDS } from '#domain/sync/mapping.ts'
import { isFullDue, nextRunIn } from '#domain/sync/pace.ts'
import { createId } from '#platform/crypto/ids.ts'
import { endRun, findRun, insertRun, type RunRow } from './runs-store.ts'
import type { SyncNeeds } from './sync-needs.ts'
import { endSyncRun, listDueSyncs, lockSyncRow, setRun } from './syncs-store.ts'

export const RUN_JOB = 'sync-run'

/**
 * Begins a run, or answers the one that is waiting or under way: there is one at a time. Throws when own rows have no room
 * here, with what to do.
 */
export async function startRun(
  needs: SyncNeeds,
  wanted: { readonly syncId: string; readonly memberId: string | null; readonly request: RunRequest },
): Promise<RunRow> {
  const { database, clock, jobs } = needs
  const { syncId, memberId, request } = wanted
  const { run, isNew } = await database.inTransaction(async (handle) => {
    const sync = await lockSyncRow(handle, syncId)
    if (!sync) throw new SophiaError('NOT_FOUND')
    const running = sync.runId === null ? undefined : await findRun(handle, sync.runId)
    if (running) return { run: running, isNew: false }
    await needs.rows.requireRoom(handle, SYNC_KINDS)
    const now = clock.now()
    const id = createId(now.getTime())
    await insertRun(handle, {
      id,
      syncId,
      isFull: request.full || isFullDue(sync.lastFullAt, now),
      wantsFull: request.full,
      isDryRun: request.dryRun,
      acceptsRemovals: request.acceptRemovals,
      memberId,
      createdAt: now,
    })
    await setRun(handle, syncId, id)
    const inserted = await findRun(handle, id)
    if (!inserted) throw new Error('a run that was just stored is not there')
    return { run: inserted, isNew: true }
  })
  // After the commit: should this fail, the next look at what is due sends it again.
  if (isNew) await jobs.send(RUN_JOB, { runId: run.id }, { key: run.id })
  return run
}

/** Starts what is due, and takes up runs that nobody works on any more. */
export async function startDueRuns(needs: SyncNeeds, signal: AbortSignal): Promise<void> {
  const { database, clock, jobs, log } = needs
  const due = await database.read((handle) => listDueSyncs(handle, clock.now()))
  for (const { id, runId } of due) {
    if (signal.aborted) return
    try {
      // oxlint-disable-next-line no-await-in-loop
      if (runId !== null) await jobs.send(RUN_JOB, { runId }, { key: runId })
      else
        // oxlint-disable-next-line no-await-in-loop
        await startRun(needs, {
          syncId: id,
          memberId: null,
          request: { full: false, dryRun: false, acceptRemovals: false },
        })
    } catch (error) {
      // One that cannot be started, say beside the sample company, keeps no other from it.
      log.warn({ error, sync: id }, 'a sync could not be started; it is tried again')
      // oxlint-disable-next-line no-await-in-loop
      if (runId === null) await noteRefused(needs, id, toSophiaError(error))
    }
  }
}

/** A run that could not begin is told as one that failed, so that whoever looks sees why nothing comes. */
async function noteRefused(needs: SyncNeeds, syncId: string, error: SophiaError): Promise<void> {
  const { database, clock, chance = Math.random } = needs
  // Nothing speaks against the run: it is due still when the next look comes.
  if (isPassing(error)) return
  await database.inTransaction(async (handle) => {
    const sync = await lockSyncRow(handle, syncId)
    if (!sync || sync.runId !== null) return
    const now = clock.now()
    const id = createId(now.getTime())
    const kind = { isFull: false, wantsFull: false, isDryRun: false, acceptsRemovals: false }
    await insertRun(handle, { id, syncId, ...kind, memberId: null, createdAt: now })
    await endRun(handle, id, { status: 'failed', at: now, errorDetail: error.message })
    const failures = sync.failures + 1
    const pauseMs = nextRunIn({ minutes: sync.scheduleMinutes, failures, chance: chance() })
    await endSyncRun(handle, syncId, { nextRunAt: new Date(now.getTime() + pauseMs), okAt: null, failures })
  })
}
