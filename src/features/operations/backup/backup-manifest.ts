import { basename } from 'node:path'
import { z } from 'zod'

/** What a backup says of itself; the first entry of its tar. */
export const BackupManifest = z.object({
  format: z.literal('sophia-backup'),
  formatVersion: z.literal(1),
  id: z.string(),
  createdAt: z.iso.datetime(),
  reason: z.enum(['manual', 'scheduled', 'before-migration', 'before-restore']),
  /** Whose it is, by when that deployment began; absent where it was not noted yet. */
  deployment: z.iso.datetime().nullish(),
  /** Tells the key that its secrets are sealed with from others; absent or null where it holds none, or it was not noted yet. */
  secretKeyCheck: z.string().nullish(),
  sophiaVersion: z.string(),
  postgresVersion: z.string(),
  /** Of the whole database as it was, indexes and all; absent where it was not noted yet. */
  databaseBytes: z.int().optional(),
  /** Every migration the data is shaped by, in order. */
  migrations: z.array(
    z.object({
      version: z.int(),
      name: z.string(),
      hash: z.string(),
      /** Id of the backup that was made before it; absent or null where none was, or where it is not known. */
      snapshot: z.string().nullish(),
    }),
  ),
  /** In an order that satisfies foreign keys. */
  tables: z.array(
    z.object({
      name: z.string().regex(/^[a-z_][a-z0-9_]*$/),
      columns: z.array(z.string().regex(/^[a-z_][a-z0-9_]*$/)),
      rows: z.int(),
      /** Of the compressed part, as it stands in the tar. */
      bytes: z.int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})
export type BackupManifest = z.infer<typeof BackupManifest>

export type BackupTable = BackupManifest['tables'][number]

export const MANIFEST_NAME = 'manifest.json'

/** Name of a table's part: CSV with a header line, gzip. */
export function partName(table: string): string {
  return `${table}.csv.gz`
}

export function schemaVersionOf(manifest: BackupManifest): number {
  return manifest.migrations.at(-1)?.version ?? 0
}

export function rowsOf(manifest: BackupManifest): number {
  return manifest.tables.reduce((sum, table) => sum + table.rows, 0)
}

/** Of all compressed parts together. */
export function bytesOf(manifest: BackupManifest): number {
  return manifest.tables.reduce((sum, table) => sum + table.bytes, 0)
}

/** How the files of backups end: in the clear, and encrypted. */
export const ARCHIVE_END = /\.tar(\.age)?$/

/** What a backup is called: its file's name without the end. */
export function archiveId(file: string): string {
  return basename(file).replace(ARCHIVE_END, '')
}
