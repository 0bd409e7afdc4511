import { SophiaError, toSophiaError, type ErrorCode } from '#domain/errors.ts'
import type { SyncMapping } from '#domain/sync/mapping.ts'
import { nextRunIn } from '#domain/sync/pace.ts'
import { openMapping } from './mapping-files.ts'
import { runPass } from './run-pass.ts'
import { beginRun, endRun, findRun, type RunRow } from './runs-store.ts'
import { LeaseLost, type RunAtWork } from './store-page.ts'
import type { SyncNeeds } from './sync-needs.ts'
import { outsideFence } from '#platform/postgres/fence.ts'
import { createId } from '#platform/crypto/ids.ts'
import { endSyncRun, findSyncRow, freeLease, holdLease, takeLease, type SyncRow } from './syncs-store.ts'

const BEAT_MS = 15_000
const LOST: ReadonlySet<ErrorCode> = new Set(['DATABASE_UNAVAILABLE', 'OVERLOADED'])

/**
 * Works a run off. It may be called again for the same run, by any process: whoever holds the lease works, the rest leaves.
 * A process that stops gives the lease back; what is stored is stored, and the next one goes on from there.
 */
export async function runSync(needs: SyncNeeds, runId: string, signal: AbortSignal): Promise<void> {
  const { database } = needs
  const lease = { runId, owner: createId() }
  const run = await database.read((handle) => findRun(handle, runId))
  if (!run || run.status === 'complete' || run.status === 'failed') return
  if (!(await database.read((handle) => takeLease(handle, lease)))) {
    // The other process may have died; the job comes again when its lease has run out.
    throw new SophiaError('CONFLICT', { detail: 'Another process works on this run.' })
  }
  const sync = await database.read((handle) => findSyncRow(handle, run.syncId))
  if (!sync) return
  const beat = setInterval(
    () => void database.read((handle) => holdLease(handle, lease)).catch(() => undefined),
    BEAT_MS,
  )
  try {
    await workOff(needs, { sync, run, owner: lease.owner, signal })
  } catch (error) {
    // Its own key guards it, also when the job is another's by now: nobody shall wait for what is given up.
    if (signal.aborted)
      await outsideFence(() => database.read((handle) => freeLease(handle, lease))).catch(() => undefined)
    throw error
  } finally {
    clearInterval(beat)
  }
}

async function workOff(needs: SyncNeeds, work: RunAtWork): Promise<void> {
  const { sync, run, signal } = work
  const { database, clock } = needs
  await database.read((handle) => beginRun(handle, run.id, clock.now()))
  try {
    const { mapping } = await openMapping(needs.folder, sync)
    requireSettings(mapping, sync)
    for (const read of mapping.reads) {
      // In order: who is pointed to comes first.
      // oxlint-disable-next-line no-await-in-loop
      await runPass(needs, { ...work, mapping, read })
    }
    await finish(needs, work, null)
  } catch (error) {
    if (signal.aborted || isLost(error)) throw error
    await finish(needs, work, toSophiaError(error))
  } finally {
    // Also after a failure: what came until then is there, and is looked at.
    if (!run.isDryRun) await announce(needs, run.id)
  }
}

/** By what the run has counted, whichever processes worked on it. */
async function announce({ database, rows: writer, log }: SyncNeeds, runId: string): Promise<void> {
  try {
    const run = await database.read((handle) => findRun(handle, runId))
    const counts = Object.values(run?.counts ?? {})
    const rows = counts.reduce(
      (sum, { created, changed, removed, merged }) => sum + created + changed + removed + merged,
      0,
    )
    // Members are linked to reps again; that is cheap, and asks for nothing when no rep is new.
    await writer.announce({ rows, hasReps: rows > 0 })
  } catch (error) {
    // The rows are stored, and the daily look catches up.
    log.warn({ error, run: runId }, 'what rests on the records catches up with the next daily look')
  }
}

/** The database went away or had no connection free, or another process took over: the run is still to be worked off. */
function isLost(error: unknown): boolean {
  return error instanceof LeaseLost || LOST.has(toSophiaError(error).code)
}

/** A mapping that asks for what the sync does not give cannot be run. */
export function requireSettings({ settings: wanted }: SyncMapping, { settings }: Pick<SyncRow, 'settings'>): void {
  const missing = wanted.filter((name) => !settings[name])
  if (missing.length === 0) return
  const detail = `The mapping wants ${missing.join(', ')}: set it under settings.`
  throw new SophiaError('INVALID_INPUT', {
    detail,
    faults: missing.map((name) => ({ path: `settings.${name}`, message: 'is wanted by the mapping' })),
  })
}

async function finish(needs: SyncNeeds, { sync, run }: RunAtWork, error: SophiaError | null): Promise<void> {
  const { chance = Math.random, clock } = needs
  if (error?.code === 'INTERNAL') needs.log.error({ error, sync: sync.id, run: run.id }, 'a sync failed')
  const at = clock.now()
  // A look without storing says nothing of how fresh the data is.
  const failures = run.isDryRun ? sync.failures : error === null ? 0 : sync.failures + 1
  const pauseMs = nextRunIn({ minutes: sync.scheduleMinutes, failures, chance: chance() })
  const isOk = error === null && !run.isDryRun
  const nextRunAt = run.isDryRun ? (sync.nextRunAt ?? at) : new Date(at.getTime() + pauseMs)
  const ending = await needs.database.inTransaction(async (handle) => {
    await endRun(handle, run.id, {
      status: error === null ? 'complete' : 'failed',
      at,
      errorDetail: error === null ? null : wordsOf(error),
    })
    await endSyncRun(handle, sync.id, {
      nextRunAt,
      failures,
      // As old as what was asked for first.
      okAt: isOk ? (run.startedAt ?? run.createdAt) : null,
    })
    return findRun(handle, run.id)
  })
  if (!run.isDryRun) await auditRun(needs, ending ?? run)
}

function wordsOf(error: SophiaError): string {
  return `${error.message} What was read until then is stored; the next run goes on from there.`
}

async function auditRun({ audit }: SyncNeeds, run: RunRow): Promise<void> {
  const { id, syncId, status, isFull, counts, faults, conflicts, memberId } = run
  const detail = { run: id, status, full: isFull, counts, faults, conflicts, startedBy: memberId }
  await audit({ principal: null, action: 'sync.run', targetKind: 'sync', targetId: syncId, detail })
}
