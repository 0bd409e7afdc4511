import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FEW_KEPT, KEPT, spentBackups } from '#domain/backup/spent-backups.ts'
import { SophiaError } from '#domain/errors.ts'
import { removeArchive } from './archive-notes.ts'
import { listFolder, type BackupSummary } from './list-backups.ts'
import type { ScheduleNeeds } from './schedule-needs.ts'
import { listStored, type StoredBackup } from './stored-backups.ts'

/** What a process that died left half made; none is made for so long. */
const LEFTOVER = /^\.(making|fetching)-|\.tar(\.age)?\.partial$/
const LEFTOVER_MS = 86_400_000

type PruneNeeds = Pick<ScheduleNeeds, 'clock' | 'folder' | 'log' | 'store'>

/**
 * Removes scheduled backups that are spent, and what was never finished. Where there is a store it keeps the history, and the
 * folder only the newest and what the store has not. `madeBy` is this deployment: others may share the store. Throws STORE_FAILED.
 */
export async function pruneBackups(needs: PruneNeeds, madeBy: string | null): Promise<void> {
  const { clock, folder, log, store } = needs
  const nowMs = clock.now().getTime()
  const { stored, fault } = store ? await tryStored(store) : { stored: [], fault: null }
  const own = spentHere(await listFolder({ folder }), stored, nowMs)
  await Promise.all(own.map(({ file }) => removeArchive(file)))
  tellRemoved(log, own)
  await removeLeftovers(folder, nowMs)
  if (fault) throw fault
  if (!store || madeBy === null) return
  const ofDeployment = stored.filter((backup) => backup.madeBy === madeBy)
  const spent = spentOf(ofDeployment, nowMs, KEPT)
  await Promise.all(spent.map(({ name }) => store.remove(name)))
  tellRemoved(log, spent)
}

/** What the store holds; where it does not say, nothing is known to be there. */
async function tryStored(
  store: NonNullable<PruneNeeds['store']>,
): Promise<{ readonly stored: readonly StoredBackup[]; readonly fault: SophiaError | null }> {
  try {
    return { stored: await listStored(store), fault: null }
  } catch (error) {
    if (!(error instanceof SophiaError) || error.code !== 'STORE_FAILED') throw error
    return { stored: [], fault: error }
  }
}

/** By the short rule only what lies proven in the store besides: the rest is the history itself, and goes by the rule of one. */
function spentHere(own: readonly BackupSummary[], stored: readonly StoredBackup[], nowMs: number): BackupSummary[] {
  const safe = new Set(stored.filter(({ state }) => state === 'verified').map(({ id }) => id))
  const byRule = new Set(spentOf(own, nowMs, KEPT).map(({ id }) => id))
  const byCopy = new Set(spentOf(own, nowMs, FEW_KEPT).map(({ id }) => id))
  return own.filter(({ id }) => byRule.has(id) || (byCopy.has(id) && safe.has(id)))
}

function spentOf<Summary extends BackupSummary>(
  stored: readonly Summary[],
  nowMs: number,
  kept: typeof KEPT | typeof FEW_KEPT,
): Summary[] {
  const spent = spentBackups(
    stored.map(({ id, createdAt, state, reason }) => ({
      id,
      madeMs: Date.parse(createdAt),
      isVerified: state === 'verified',
      isScheduled: reason === 'scheduled',
    })),
    nowMs,
    kept,
  )
  return stored.filter(({ id }) => spent.includes(id))
}

function tellRemoved(log: ScheduleNeeds['log'], removed: readonly BackupSummary[]): void {
  const files = removed.map(({ file }) => file)
  if (files.length > 0) log.info({ files }, 'removed scheduled backups that later ones stand for')
}

async function removeLeftovers(folder: string, nowMs: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => LEFTOVER.test(name))
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      if (nowMs - (await stat(path)).mtimeMs > LEFTOVER_MS) await rm(path, { recursive: true, force: true })
    }),
  )
}
