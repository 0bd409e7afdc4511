import { z } from 'zod'

/** What a backup says of itself; the first entry of its tar. */
export const BackupManifest = z.object({
  format: z.literal('sophia-backup'),
  formatVersion: z.literal(1),
  id: z.string(),
  createdAt: z.iso.datetime(),
  reason: z.enum(['manual', 'before-migration', 'before-restore']),
  sophiaVersion: z.string(),
  postgresVersion: z.string(),
  /** Every migration the data is shaped by, in order. */
  migrations: z.array(z.object({ version: z.int(), name: z.string(), hash: z.string() })),
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
