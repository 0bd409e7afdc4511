import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { SophiaError } from '#domain/errors.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { createId } from '#platform/crypto/ids.ts'
import { writeArchive } from './backup-archive.ts'
import { partName, type BackupManifest, type BackupTable } from './backup-manifest.ts'
import { copyOut, liftTimeLimit, listMigrations, listTables, serverVersion } from './backup-store.ts'
import type { BackupNeeds } from './backup-needs.ts'

export interface CreatedBackup {
  readonly file: string
  readonly manifest: BackupManifest
}

/**
 * Writes all data, as of one instant, to `<folder>/sophia-<time>-<id>.tar`. Writers are not held up. A full disk leaves
 * no half archive behind.
 */
export async function createBackup(needs: BackupNeeds, reason: BackupManifest['reason']): Promise<CreatedBackup> {
  await mkdir(needs.folder, { recursive: true, mode: 0o700 })
  const workFolder = await mkdtemp(join(needs.folder, '.making-'))
  try {
    return await needs.database.inTransaction((handle) => writeBackup({ handle, needs, reason, workFolder }), {
      isolation: 'repeatable read',
      isReadOnly: true,
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
  readonly workFolder: string
}

async function writeBackup({ handle, needs, reason, workFolder }: Work): Promise<CreatedBackup> {
  await liftTimeLimit(handle)
  const tables: BackupTable[] = []
  for (const table of await listTables(handle)) tables.push(await writePart(handle, table, workFolder))
  const createdAt = needs.clock.now().toISOString()
  const id = createId(needs.clock.now().getTime())
  const manifest: BackupManifest = {
    format: 'sophia-backup',
    formatVersion: 1,
    id,
    createdAt,
    reason,
    sophiaVersion: needs.version,
    postgresVersion: await serverVersion(handle),
    migrations: await listMigrations(handle),
    tables,
  }
  const file = join(needs.folder, `sophia-${createdAt.replaceAll(/[:.]/g, '-')}-${id.slice(-6)}.tar`)
  const parts = tables.map((table) => ({
    name: partName(table.name),
    path: join(workFolder, partName(table.name)),
    bytes: table.bytes,
  }))
  await writeArchive(file, manifest, parts)
  return { file, manifest }
}

async function writePart(
  handle: Handle,
  table: { name: string; columns: string[] },
  folder: string,
): Promise<BackupTable> {
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
  await pipeline(rows, createGzip(), meter, createWriteStream(join(folder, partName(table.name)), { mode: 0o600 }))
  return { ...table, rows: rows.rowCount, bytes, sha256: hash.digest('hex') }
}
