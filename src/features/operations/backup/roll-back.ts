import { SophiaError } from '#domain/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
import { hasSchema, listMigrations, type MigrationRow } from './backup-store.ts'
import type { Backups, BackupSummary, WorkOptions } from './index.ts'

/** Where the database would go back to. */
export interface RollbackPlan {
  /** Taken before the last migrations, and proven. */
  readonly snapshot: BackupSummary
  /** Names of the migrations that are undone by it, in order. */
  readonly undone: readonly string[]
  /** Where it leads to: the version that took the snapshot migrated with it, so that one from before has to be started. */
  readonly schemaVersion: number
}

/** Everything as it was until the rollback. */
export interface KeptAside {
  readonly file: string
  readonly isVerified: boolean
  /** Why it could not be proven; null where it was. */
  readonly reason: string | null
}

export interface RollbackOutcome extends RollbackPlan {
  /** Everything as it was until now, what was written since the migration with it; null for an empty database. */
  readonly kept: KeptAside | null
}

interface RollbackNeeds {
  readonly database: Database
  readonly backups: Pick<Backups, 'listReachable' | 'restore' | 'verify'>
}

/**
 * Finds the snapshot to go back to: the one that was made before the last migrations, and no other, which would take more back with it.
 * Changes nothing. Throws NOT_FOUND.
 */
export async function planRollback({ database, backups }: RollbackNeeds): Promise<RollbackPlan> {
  const applied = await database.read(async (handle) => ((await hasSchema(handle)) ? listMigrations(handle) : []))
  const newest = applied.at(-1)
  if (!newest) throw absent('There is nothing to go back from: no migration was applied to this database.')
  const { items, storeFault } = await backups.listReachable()
  const undone = newest.snapshot === null ? [newest] : applied.filter(({ snapshot }) => snapshot === newest.snapshot)
  const names = undone.map(({ name }) => name)
  const previous = applied[applied.length - undone.length - 1]
  const from = previous?.version ?? 0
  const fitting = items.filter((item) =>
    newest.snapshot === null ? isOf(item, from) && isBetween(item, previous, newest) : item.id === newest.snapshot,
  )
  const snapshot = fitting.find(({ state }) => state === 'verified') ?? fitting[0]
  if (!snapshot)
    throw absent(`${missing(newest, previous, names)}${storeFault === null ? '' : ` ${storeFault.message}`}`)
  const { detail, id, state } = snapshot
  if (state !== 'verified' || !isOf(snapshot, from))
    throw absent(
      `The snapshot ${id} that was made before ${names.join(', ')} is here and is not what was proven then (${state}). ${detail ?? ''} Prove it first: sophia backup verify ${id}`,
    )
  return { snapshot, undone: names, schemaVersion: from }
}

/** Whether it was made of that version, before a migration. */
function isOf({ reason, schemaVersion }: BackupSummary, version: number): boolean {
  return reason === 'before-migration' && schemaVersion === version
}

/** Whether it lies here and was made between the two: another database's may be of the same version. */
function isBetween({ createdAt, places }: BackupSummary, previous: MigrationRow | undefined, next: MigrationRow) {
  const madeAt = new Date(createdAt)
  return (
    places.includes('machine') && previous !== undefined && madeAt >= previous.applied_at && madeAt <= next.applied_at
  )
}

function missing({ snapshot, applied_at }: MigrationRow, previous: MigrationRow | undefined, names: readonly string[]) {
  const copied =
    'copy it from the backups of the machine that migrated into the backups of this home, then prove it: sophia backup verify NAME'
  return snapshot === null
    ? `The database names no snapshot that was made before ${names.join(', ')}, as one that began with this version has none; and no snapshot of migration ${previous?.version ?? 0} is here that was made between it${previous ? ` (${previous.applied_at.toISOString()})` : ''} and the next (${applied_at.toISOString()}): any other may be of another database, or of another time. If there is one, ${copied}.`
    : `The snapshot ${snapshot}, made before ${names.join(', ')}, is not here, and no other leads back from there alone. To go back, ${copied}.`
}

function absent(detail: string): SophiaError {
  return new SophiaError('NOT_FOUND', { detail })
}

/**
 * Goes back to the snapshot, in one transaction: it happens whole or not at all. What is there now is backed up first. The
 * schema is left as the snapshot has it. Throws as a restore does.
 */
export async function rollBack(
  needs: RollbackNeeds,
  plan: RollbackPlan,
  options: WorkOptions = {},
): Promise<RollbackOutcome> {
  const { manifest, safety } = await needs.backups.restore(plan.snapshot.file, options)
  const schemaVersion = manifest.migrations.at(-1)?.version ?? 0
  if (safety === null) return { ...plan, schemaVersion, kept: null }
  const { file } = safety
  // It went back already: whatever keeps the proof from being had does not undo that. A version from before the migration, for
  // one, cannot rehearse it; the one that wrote it can.
  const reason = await needs.backups.verify(file, options).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  return { ...plan, schemaVersion, kept: { file, isVerified: reason === null, reason } }
}
