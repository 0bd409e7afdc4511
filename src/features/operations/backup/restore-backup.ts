import { SophiaError } from '#domain/errors.ts'
import { isCommitUnknown } from '#platform/postgres/database-faults.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { noticeLostPeer } from '#platform/postgres/restore-lock.ts'
import { checkArchive, readManifest } from './backup-archive.ts'
import { bytesOf, type BackupManifest } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'
import {
  dropPublicSchema,
  enterNewSchema,
  enterSchema,
  hasSchema,
  identifyPublic,
  limitLockWait,
  makePublic,
} from './backup-store.ts'
import { copyToStore } from './copy-to-store.ts'
import { createBackup, type CreatedBackup } from './create-backup.ts'
import { buildTables, createLoad, matchMigrations, type Load } from './load-archive.ts'
import { requireRoomToRestore } from './require-room.ts'
import { createProgress } from './report-progress.ts'
import { analyse } from './schema-parts-store.ts'
import {
  dropAllUnfinished,
  dropUnfinished,
  holdExchange,
  holdUnfinished,
  nameUnfinished,
} from './unfinished-restores-store.ts'
import { verifyBackup } from './verify-backup.ts'
import type { BackupArchive } from './walk-archive.ts'

/** What waits for a lock beside the transaction that waits for it waits for ever. */
const LOCK_LIMIT_MS = 60_000

export interface RestoreOutcome {
  readonly manifest: BackupManifest
  /** Made of what was there before; null when the database was empty. */
  readonly safety: CreatedBackup | null
}

/**
 * Replaces everything by a backup, in one transaction, which puts one schema in the place of another: it happens whole or not at all.
 * Before it begins the archive is read through with every checksum compared, and what is there now is backed up; before it ends every
 * row was counted. A process that is killed leaves the schema that it filled, which the next restore or start removes. Nothing else may be connected, nor get in before this ended, which the signal tells of; bring the schema up to date afterwards. Throws BACKUP_NOT_VALID, BACKUP_KEY_MISSING.
 */
export async function restoreBackup(needs: BackupNeeds, archive: BackupArchive): Promise<RestoreOutcome> {
  try {
    return await replaceAll(needs, archive)
  } catch (error) {
    // What was ended tells that it was; why, the signal does.
    needs.signal?.throwIfAborted()
    throw error
  }
}

async function replaceAll(needs: BackupNeeds, archive: BackupArchive): Promise<RestoreOutcome> {
  await requireUsable(needs, archive)
  await dropAllUnfinished(needs)
  await requireRoomToRestore(needs, archive)
  const replaced = await needs.database.read(identifyPublic)
  const isInUse = await needs.database.read(hasSchema)
  const safety = isInUse ? await saveFirst(needs) : null
  const schema = nameUnfinished()
  try {
    const tables = await work(needs, async (handle) => {
      await enterNewSchema(handle, schema)
      return buildTables(needs, handle, archive)
    })
    const manifest = await work(needs, (handle) =>
      exchange(needs, createLoad(needs, archive, tables), { handle, schema, replaced }),
    )
    return { manifest, safety }
  } catch (error) {
    // A commit without an answer may still be under way. Then, and where the database is gone, too, whoever comes next removes it.
    if (!isCommitUnknown(error)) await dropUnfinished(needs.database, schema).catch(() => undefined)
    throw error
  }
}

/** What is there now. Where the folder goes with this process it is proven and copied to the store, too; throws when that fails. */
async function saveFirst(needs: BackupNeeds): Promise<CreatedBackup> {
  const safety = await createBackup(needs, 'before-restore')
  const { homeLasts = true, store } = needs
  if (homeLasts || !store) return safety
  const { file, manifest, key } = safety
  const { verifiedAt } = await verifyBackup(needs, { file, keys: key ? [key] : [] })
  await copyToStore({ ...needs, store }, { file, manifest, verifiedAt }, null)
  return safety
}

/** One transaction, which may take as long as it takes. */
function work<Result>({ database, signal }: BackupNeeds, task: (handle: Handle) => Promise<Result>): Promise<Result> {
  return database.inTransaction(
    async (handle) => {
      // COPY may take longer than any request may.
      await handle.raiseLimit(0)
      await noticeLostPeer(handle)
      signal?.throwIfAborted()
      return task(handle)
    },
    { mayTakeLong: true },
  )
}

interface Place {
  readonly handle: Handle
  /** Holds the tables, empty. */
  readonly schema: string
  /** The schema that was saved, and may be taken away. */
  readonly replaced: string | null
}

/** Takes away what is there, fills the other schema and puts it in its place: seen by others as one moment, at the end. */
async function exchange(needs: BackupNeeds, load: Load, place: Place): Promise<BackupManifest> {
  const { handle, schema, replaced } = place
  await holdExchange(handle)
  if ((await identifyPublic(handle)) !== replaced) throw exchangedMeanwhile()
  await holdUnfinished(handle, schema)
  await dropPublicSchema(handle)
  // From here on nobody writes but behind this; who came back before may have written what is not in what was saved.
  await needs.requireAlone?.()
  await enterSchema(handle, schema)
  await fillOverTwo(needs, load, place)
  const loaded = await load.finish(handle)
  await analyse(
    handle,
    loaded.tables.map(({ name }) => name),
  )
  await makePublic(handle, schema)
  // Whoever had to wait may have begun to work on what was there.
  needs.signal?.throwIfAborted()
  await needs.requireAlone?.()
  return loaded
}

/** One whose claim was lost with its connection may still have been at its commit. */
function exchangedMeanwhile(): SophiaError {
  return new SophiaError('CONFLICT', {
    detail:
      'Another restore into this database ended meanwhile. Nothing was changed. See what is there now, then try again.',
  })
}

/**
 * Most of the time goes into what the server makes of the rows, one after the other for each connection. What the other one fills is
 * committed before this one ends, in a schema that nobody looks into.
 */
async function fillOverTwo(needs: BackupNeeds, load: Load, { handle, schema }: Omit<Place, 'replaced'>): Promise<void> {
  const failing = new AbortController()
  const signal = AbortSignal.any([failing.signal, ...(needs.signal ? [needs.signal] : [])])
  let isBegun = false
  const beside = work(needs, async (other) => {
    await enterSchema(other, schema)
    await limitLockWait(other, LOCK_LIMIT_MS)
    isBegun = true
    await load.fill(other, signal)
  }).catch((error: unknown) => {
    if (isBegun || signal.aborted) throw error
    // No table was given to it: the first one takes all of them.
    needs.log?.warn({ error }, 'a second connection for the restore was not to be had; it goes on over one')
  })
  const ends = [load.fill(handle, signal), beside].map((end) => end.catch((error: unknown) => failing.abort(error)))
  // Neither is left at work when the other one failed.
  await Promise.all(ends)
  needs.signal?.throwIfAborted()
  failing.signal.throwIfAborted()
}

async function requireUsable(needs: BackupNeeds, archive: BackupArchive): Promise<void> {
  const manifest = await readManifest(archive)
  await matchMigrations(manifest, needs.migrationsFolder)
  const tell = createProgress(needs.onProgress, 'check', bytesOf(manifest))
  await checkArchive(archive, tell)
}
