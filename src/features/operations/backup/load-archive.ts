import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { SophiaError } from '#domain/errors.ts'
import { isServerFault } from '#platform/postgres/database-faults.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { readMigrations } from '#platform/postgres/migrate.ts'
import { readArchive, readManifest } from './backup-archive.ts'
import { bytesOf, type BackupManifest, type BackupTable } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'
import {
  advanceSequences,
  applyMigration,
  copyIn,
  emptyTables,
  listPlainTables,
  noteSnapshots,
  ownTable,
} from './backup-store.ts'
import { createProgress } from './report-progress.ts'
import { putBack, takeDown, type SchemaPart, type SchemaParts } from './schema-parts-store.ts'
import { notValid, type BackupArchive } from './walk-archive.ts'

/** From so many rows on indexes are made after them: at once over all rows they take a fraction of the time. */
const LARGE_ROWS = 10_000
/** Each chunk is a message to the server: larger ones cost this process less. */
const CHUNK_BYTES = 128 * 1024

/** Tables of the backup's own schema version, empty, and without what would slow down their loading. */
export interface EmptyTables {
  readonly manifest: BackupManifest
  readonly plain: ReadonlySet<string>
  readonly parts: SchemaParts
}

/** Makes them in the current (empty) schema. Throws BACKUP_NOT_VALID for an archive of another migration history, BACKUP_KEY_MISSING. */
export async function buildTables(needs: BackupNeeds, handle: Handle, archive: BackupArchive): Promise<EmptyTables> {
  const manifest = await readManifest(archive)
  const migrations = await matchMigrations(manifest, needs.migrationsFolder)
  for (const migration of migrations) await applyMigration(handle, migration)
  await noteSnapshots(handle, migrations)
  await emptyTables(
    handle,
    manifest.tables.map(({ name }) => name),
  )
  const parts = await takeDown(
    handle,
    manifest.tables.filter(isLarge).map(({ name }) => name),
  )
  return { manifest, plain: await listPlainTables(handle), parts }
}

function isLarge({ rows }: BackupTable): boolean {
  return rows >= LARGE_ROWS
}

/** The rows of one archive on their way into empty tables, over one connection or several at once. */
export interface Load {
  /**
   * Copies in, over this connection, every table that no other one took before, and makes its indexes. Throws BACKUP_NOT_VALID when a
   * part is damaged; a database that fails meanwhile is told as such.
   */
  fill(handle: Handle, signal: Signal): Promise<void>
  /** Once all of it is committed or was done here: counts, and makes foreign keys. Throws BACKUP_NOT_VALID. */
  finish(handle: Handle): Promise<BackupManifest>
}

/** Over one connection, which made the tables. */
export async function loadArchive(needs: BackupNeeds, handle: Handle, archive: BackupArchive): Promise<BackupManifest> {
  const load = createLoad(needs, archive, await buildTables(needs, handle, archive))
  await load.fill(handle, needs.signal)
  return load.finish(handle)
}

/** For tables that are committed, or made by the one connection that fills them. */
export function createLoad(needs: BackupNeeds, archive: BackupArchive, { manifest, parts, plain }: EmptyTables): Load {
  const isOwned = (table: BackupTable): boolean => isLarge(table) && plain.has(table.name)
  const tell = createProgress(needs.onProgress, 'load', bytesOf(manifest))
  const making = tellMaking(needs, parts)
  const taken = new Set<string>()
  const counts = new Map<string, number>()
  const make = (handle: Handle, some: readonly SchemaPart[], signal: Signal): Promise<void> =>
    orNotValid({ archive, signal }, 'rows contradict each other', () => putBack(handle, some, making.onMade))
  return {
    async fill(handle, signal) {
      const own = new Set<string>()
      const take = async (table: BackupTable): Promise<boolean> => {
        signal?.throwIfAborted()
        if (taken.has(table.name)) return false
        taken.add(table.name)
        own.add(table.name)
        if (isOwned(table)) await ownTable(handle, table.name)
        return true
      }
      const load = async (table: BackupTable, part: Readable): Promise<void> => {
        part.on('data', (chunk: Buffer) => tell(table.name, chunk.length))
        const rows = copyIn(handle, { ...table, isOwned: isOwned(table) })
        await orNotValid({ archive, signal }, `the part ${table.name} cannot be loaded`, () =>
          pipeline(part, createGunzip({ chunkSize: CHUNK_BYTES }), rows, { signal }),
        )
        counts.set(table.name, rows.rowCount)
      }
      await making.after(() => readArchive(archive, load, take))
      const indexes = parts.indexes.filter((index) => own.has(index.table_name))
      await make(handle, indexes, signal)
    },
    async finish(handle) {
      requireCounts(archive, manifest, counts)
      await make(handle, parts.foreignKeys, needs.signal)
      await advanceSequences(handle)
      return manifest
    },
  }
}

type Signal = AbortSignal | undefined

/** Of indexes and foreign keys; those that are made while others still load rows are told once all rows are in. */
function tellMaking({ onProgress }: BackupNeeds, { foreignKeys, indexes }: SchemaParts) {
  const tell = createProgress(onProgress, 'index', indexes.length + foreignKeys.length)
  let loading = 0
  let untold = 0
  return {
    async after(work: () => Promise<unknown>): Promise<void> {
      loading += 1
      await work()
      loading -= 1
    },
    onMade(): void {
      untold += 1
      if (loading > 0) return
      tell(null, untold)
      untold = 0
    },
  }
}

/** What fails within is the archive's fault, unless the work was told to stop or the server failed. */
async function orNotValid(
  { archive, signal }: { readonly archive: BackupArchive; readonly signal: Signal },
  why: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (cause) {
    signal?.throwIfAborted()
    if (isServerFault(cause)) throw cause
    throw notValid(archive, why, cause)
  }
}

function requireCounts(archive: BackupArchive, manifest: BackupManifest, counts: ReadonlyMap<string, number>): void {
  for (const { name, rows } of manifest.tables) {
    const taken = counts.get(name) ?? 0
    if (taken !== rows) throw notValid(archive, `it promises ${rows} rows of ${name} but holds ${taken}`)
  }
}

/** The program's own migrations that the backup is shaped by. Throws BACKUP_NOT_VALID for a newer or a foreign one. */
export async function matchMigrations(manifest: BackupManifest, folder: string) {
  const files = await readMigrations(folder)
  return manifest.migrations.map((wanted) => {
    const found = files.find((migration) => migration.version === wanted.version && migration.hash === wanted.hash)
    if (!found) {
      throw new SophiaError('BACKUP_NOT_VALID', {
        detail: `The backup was made by Sophia ${manifest.sophiaVersion} with ${wanted.name}, which this version does not have. Restore it with that version. Nothing was touched.`,
      })
    }
    return { ...found, snapshot: wanted.snapshot ?? null }
  })
}
