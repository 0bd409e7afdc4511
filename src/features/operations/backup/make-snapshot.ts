import { FEW_KEPT, spentBackups } from '#domain/backup/spent-backups.ts'
import { removeArchive } from './archive-notes.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { findDeployment, listMigrations } from './backup-store.ts'
import { listFolder, type BackupSummary } from './list-backups.ts'
import { makeProvenBackup, type ProvenBackup } from './make-proven-backup.ts'
import { listStored } from './stored-backups.ts'

/**
 * Makes the backup before a migration, and proves it. One that was made for a migration which then failed leads to where the database is
 * anyway: it gives way to the next, or a start that fails again and again would fill disk and store. Only for who keeps others
 * from migrating meanwhile. Throws as making one does.
 */
export async function makeSnapshot(needs: BackupNeeds): Promise<ProvenBackup> {
  const place = await findPlace(needs)
  // Before, too: where none can be proven any more, those that were not would pile up.
  await dropSpent(needs, () => dropHere(needs, place))
  const made = await makeProvenBackup(needs, { reason: 'before-migration', madeBy: place.deployment })
  await dropSpent(needs, () => dropHere(needs, place))
  // One that took no copy keeps the last that it has.
  if (needs.store && made.storeFault === null) await dropSpent(needs, () => dropStored(needs, place))
  return made
}

/** Where a migration starts from. */
interface Place {
  /** A database that was restored is another one: what led back from it before may be wanted again. */
  readonly deployment: string | null
  /** What leads back from migrations that were done is of an older one. */
  readonly version: number
}

async function findPlace({ database }: Pick<BackupNeeds, 'database'>): Promise<Place> {
  return database.read(async (handle) => {
    const deployment = await findDeployment(handle)
    const applied = deployment === null ? [] : await listMigrations(handle)
    return { deployment, version: applied.at(-1)?.version ?? 0 }
  })
}

/** That more is kept than has to be is its own trouble: the migration goes on. */
async function dropSpent({ log }: BackupNeeds, drop: () => Promise<readonly BackupSummary[]>): Promise<void> {
  try {
    const files = (await drop()).map(({ file }) => file)
    if (files.length > 0) log?.info({ files }, 'removed backups that were made before migrations which then failed')
  } catch (error) {
    log?.warn({ error }, 'backups that were made before migrations which then failed could not be removed')
  }
}

async function dropHere({ clock, folder }: BackupNeeds, place: Place): Promise<BackupSummary[]> {
  const spent = spentOf(await listFolder({ folder }), place, clock.now())
  await Promise.all(spent.map(({ file }) => removeArchive(file)))
  return spent
}

/** Of what others put into the same store nothing is removed. */
async function dropStored({ clock, store }: BackupNeeds, place: Place): Promise<BackupSummary[]> {
  if (!store) return []
  const own = (await listStored(store)).filter(({ madeBy }) => madeBy === place.deployment)
  const spent = spentOf(own, place, clock.now())
  await Promise.all(spent.map(({ name }) => store.remove(name)))
  return spent
}

/** All but the newest proven one and what is newer. */
function spentOf<Summary extends BackupSummary>(known: readonly Summary[], place: Place, now: Date): Summary[] {
  if (place.deployment === null) return []
  const tries = known.filter(
    ({ deployment, reason, schemaVersion }) =>
      reason === 'before-migration' && deployment === place.deployment && schemaVersion === place.version,
  )
  const spent = spentBackups(
    tries.map(({ id, createdAt, state }) => ({
      id,
      madeMs: Date.parse(createdAt),
      isVerified: state === 'verified',
      // They go by rule, as those that a schedule made do.
      isScheduled: true,
    })),
    now.getTime(),
    FEW_KEPT,
  )
  return tries.filter(({ id }) => spent.includes(id))
}
