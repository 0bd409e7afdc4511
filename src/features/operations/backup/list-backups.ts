import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import { readManifest } from './backup-archive.ts'
import { rowsOf, schemaVersionOf, type BackupManifest } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'

const Verified = z.object({ verifiedAt: z.iso.datetime(), size: z.number(), mtimeMs: z.number() })

export interface BackupSummary {
  /** The file's name without `.tar`; commands take it or a path. */
  readonly id: string
  readonly file: string
  readonly createdAt: string
  readonly bytes: number
  readonly schemaVersion: number
  readonly rows: number
  readonly reason: BackupManifest['reason'] | 'unknown'
  readonly state: 'verified' | 'unverified' | 'damaged'
  readonly verifiedAt: string | null
  readonly detail: string | null
}

/** The folder's backups, newest first. One that was changed after it was verified counts as unverified. */
export async function listBackups(needs: Pick<BackupNeeds, 'folder'>): Promise<BackupSummary[]> {
  const names = await readdir(needs.folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  const files = names
    .filter((name) => name.endsWith('.tar'))
    .toSorted()
    .toReversed()
  return Promise.all(files.map((name) => summarise(join(needs.folder, name), name.slice(0, -4))))
}

async function summarise(file: string, id: string): Promise<BackupSummary> {
  const { size, mtimeMs, mtime } = await stat(file)
  try {
    const manifest = await readManifest(file)
    const verified = await findVerified(file)
    const isProven = verified !== undefined && verified.size === size && verified.mtimeMs === mtimeMs
    return {
      id,
      file,
      createdAt: manifest.createdAt,
      bytes: size,
      schemaVersion: schemaVersionOf(manifest),
      rows: rowsOf(manifest),
      reason: manifest.reason,
      state: isProven ? 'verified' : 'unverified',
      verifiedAt: isProven ? verified.verifiedAt : null,
      detail: verified && !isProven ? 'The file changed after it was verified.' : null,
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'It cannot be read.'
    const unknown = {
      createdAt: mtime.toISOString(),
      bytes: size,
      schemaVersion: 0,
      rows: 0,
      reason: 'unknown' as const,
      verifiedAt: null,
    }
    return { id, file, ...unknown, state: 'damaged', detail }
  }
}

async function findVerified(file: string): Promise<z.infer<typeof Verified> | undefined> {
  try {
    return Verified.parse(JSON.parse(await readFile(`${file}.verified.json`, 'utf8')))
  } catch {
    // Absent or unreadable both mean the same: nobody proved this file.
    return undefined
  }
}

/** The backup a person names: by id, file name or path; `latest` is the newest. Throws NOT_FOUND. */
export async function findBackup(needs: Pick<BackupNeeds, 'folder'>, name: string): Promise<BackupSummary> {
  const backups = await listBackups(needs)
  const found =
    name === 'latest'
      ? backups[0]
      : backups.find((backup) => [backup.id, `${backup.id}.tar`, backup.file].includes(name))
  if (found) return found
  const isFile = await stat(name).then(
    (seen) => seen.isFile(),
    () => false,
  )
  if (isFile) return summarise(name, name)
  throw new SophiaError('NOT_FOUND', { detail: `There is no backup ${name}. See: sophia backup list` })
}
