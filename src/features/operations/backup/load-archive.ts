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
} from './backup-store.ts'
import { createProgress } from './report-progress.ts'
import { putBack, takeDown } from './schema-parts-store.ts'
import { notValid, type BackupArchive } from './walk-archive.ts'

/** From so many rows on indexes and foreign keys are made after them: at once over all rows they take a fraction of the time. */
const LARGE_ROWS = 10_000

/**
 * Builds the backup's own schema version in the current (empty) schema, copies every row in and counts them.
 * Throws BACKUP_NOT_VALID when a part is damaged, a count differs or the archive is of another migration history, and
 * BACKUP_KEY_MISSING; a database that fails meanwhile is told as such.
 */
export async function loadArchive(needs: BackupNeeds, handle: Handle, archive: BackupArchive): Promise<BackupManifest> {
  const manifest = await readManifest(archive)
  const migrations = await matchMigrations(manifest, needs.migrationsFolder)
  for (const migration of migrations) await applyMigration(handle, migration)
  await noteSnapshots(handle, migrations)
  await emptyTables(
    handle,
    manifest.tables.map(({ name }) => name),
  )
  const large = manifest.tables.filter(({ rows }) => rows >= LARGE_ROWS)
  const parts = await takeDown(
    handle,
    large.map(({ name }) => name),
  )
  requireCounts(archive, manifest, await loadRows(needs, handle, archive))
  await orNotValid({ archive, signal: needs.signal }, 'rows contradict each other', () =>
    putBack(handle, parts, createProgress(needs.onProgress, 'index', parts.length)),
  )
  await advanceSequences(handle)
  return manifest
}

/** Answers how many rows the server took of each table. */
async function loadRows(
  needs: BackupNeeds,
  handle: Handle,
  archive: BackupArchive,
): Promise<ReadonlyMap<string, number>> {
  const { signal } = needs
  const tell = createProgress(needs.onProgress, 'load', bytesOf(await readManifest(archive)))
  const plain = await listPlainTables(handle)
  const counts = new Map<string, number>()
  const loadTable = async (table: BackupTable, part: Readable): Promise<void> => {
    part.on('data', (chunk: Buffer) => tell(table.name, chunk.length))
    const rows = copyIn(handle, { ...table, isPlain: plain.has(table.name) })
    await orNotValid({ archive, signal }, `the part ${table.name} cannot be loaded`, () =>
      pipeline(part, createGunzip(), rows, { signal }),
    )
    counts.set(table.name, rows.rowCount)
  }
  await readArchive(archive, async (table, part) => {
    signal?.throwIfAborted()
    await loadTable(table, part)
  })
  return counts
}

/** What fails within is the archive's fault, unless the work was told to stop or the server failed. */
async function orNotValid(
  { archive, signal }: { readonly archive: BackupArchive; readonly signal: AbortSignal | undefined },
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
