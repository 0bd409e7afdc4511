import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { SophiaError } from '#domain/errors.ts'
import type { AgeKey } from '#platform/crypto/age.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { writeFacts } from './archive-notes.ts'
import { writeArchive } from './backup-archive.ts'
import { partName, type BackupManifest, type BackupTable } from './backup-manifest.ts'
import {
  copyOut,
  findDeployment,
  hasSealed,
  listMigrations,
  listTables,
  serverVersion,
  sizeOfDatabase,
} from './backup-store.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { createPartFiles, type PartFiles } from './part-files.ts'
import { createProgress } from './report-progress.ts'

export interface CreatedBackup {
  readonly file: string
  readonly manifest: BackupManifest
  /** Opens it while this process lives, where it is encrypted: for proving it. */
  readonly key: AgeKey | null
}

/**
 * Writes all data, as of one instant, to `<folder>/sophia-<time>-<id>.tar`, or `.tar.age` where it is encrypted. Writers are not
 * held up. A full disk leaves no half archive behind.
 */
export async function createBackup(needs: BackupNeeds, reason: BackupManifest['reason']): Promise<CreatedBackup> {
  await mkdir(needs.folder, { recursive: true, mode: 0o700 })
  const workFolder = await mkdtemp(join(needs.folder, '.making-'))
  try {
    const files = createPartFiles(workFolder, (needs.recipients ?? []).length > 0)
    return await needs.database.inTransaction((handle) => writeBackup({ handle, needs, reason, files }), {
      isolation: 'repeatable read',
      isReadOnly: true,
      mayTakeLong: true,
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new SophiaError('STORAGE_FULL', { cause: error })
    throw error
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

interface Work {
  readonly handle: Handle
  readonly needs: BackupNeeds
  readonly reason: BackupManifest['reason']
  readonly files: PartFiles
}

async function writeBackup({ handle, needs, reason, files }: Work): Promise<CreatedBackup> {
  // COPY may take longer than any request may.
  await handle.raiseLimit(0)
  // Of the beginning: what is written from now on is not in it.
  const now = needs.clock.now()
  const createdAt = now.toISOString()
  const id = createId(now.getTime())
  const tables: BackupTable[] = []
  const found = await listTables(handle)
  const tell = createProgress(needs.onProgress, 'save', found.length)
  for (const table of found) {
    tell(table.name, 0)
    tables.push(await writePart({ handle, needs, files }, table))
    tell(table.name, 1)
  }
  const manifest: BackupManifest = {
    format: 'sophia-backup',
    formatVersion: 1,
    id,
    createdAt,
    reason,
    deployment: await findDeployment(handle),
    secretKeyCheck: (await hasSealed(handle)) ? ((await needs.secretKey?.check()) ?? null) : null,
    sophiaVersion: needs.version,
    postgresVersion: await serverVersion(handle),
    databaseBytes: await sizeOfDatabase(handle),
    migrations: (await listMigrations(handle)).map(({ version, name, hash, snapshot }) => ({
      version,
      name,
      hash,
      snapshot,
    })),
    tables,
  }
  const recipients = needs.recipients ?? []
  const end = recipients.length > 0 ? '.tar.age' : '.tar'
  const file = join(needs.folder, `sophia-${createdAt.replaceAll(/[:.]/g, '-')}-${id.slice(-6)}${end}`)
  const parts = tables.map(({ name, bytes }) => ({ name: partName(name), bytes }))
  needs.signal?.throwIfAborted()
  const key = await writeArchive(file, { manifest, parts, files, recipients })
  if (key) await writeFacts(file, manifest)
  return { file, manifest, key }
}

async function writePart(
  { handle, needs: { signal }, files }: Omit<Work, 'reason'>,
  table: { name: string; columns: string[] },
): Promise<BackupTable> {
  signal?.throwIfAborted()
  const hash = createHash('sha256')
  let bytes = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const rows = copyOut(handle, table)
  const [cipher, part] = files.write(partName(table.name))
  await pipeline(rows, createGzip(), meter, cipher, part, { signal })
  return { ...table, rows: rows.rowCount, bytes, sha256: hash.digest('hex') }
}
