import { z } from 'zod'
import type { ImportReport } from '#contract/records.ts'
import { RecordKind } from '#contract/records.ts'
import type { RowFault } from '#domain/import/read-row.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

/** A running import renews its beat at least this often; without one for three times as long it counts as interrupted. */
export const BEAT_MS = 5000
const IS_LOST = sql`(status = 'running' and beat_at < now() - interval '15 seconds')`
const LOST_DETAIL =
  'Sophia stopped during this import. The rows counted here were stored; importing the same file again is safe.'

const ImportRow = z
  .object({
    id: z.string(),
    kind: RecordKind,
    file_name: z.string(),
    status: z.enum(['running', 'complete', 'failed']),
    as_of: z.string().nullable(),
    is_atomic: z.boolean(),
    is_dry_run: z.boolean(),
    mapping: z.object({
      columns: z.record(z.string(), z.string()).default({}),
      ignored: z.array(z.string()).default([]),
    }),
    rows_read: z.int(),
    rows_created: z.int(),
    rows_changed: z.int(),
    rows_unchanged: z.int(),
    rows_faulty: z.int(),
    bytes_read: z.int(),
    bytes_total: z.int().nullable(),
    error_detail: z.string().nullable(),
    notes: z.array(z.string()),
    started_at: z.date(),
    ended_at: z.date().nullable(),
  })
  .transform((row): ImportReport => ({
    id: row.id,
    kind: row.kind,
    fileName: row.file_name,
    status: row.status,
    asOf: row.as_of,
    isAtomic: row.is_atomic,
    isDryRun: row.is_dry_run,
    mapping: row.mapping.columns,
    ignoredColumns: row.mapping.ignored,
    rowsRead: row.rows_read,
    rowsCreated: row.rows_created,
    rowsChanged: row.rows_changed,
    rowsUnchanged: row.rows_unchanged,
    rowsFaulty: row.rows_faulty,
    bytesRead: row.bytes_read,
    bytesTotal: row.bytes_total,
    errorDetail: row.error_detail,
    notes: row.notes,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  }))

const COLUMNS = sql`id, kind, file_name, case when ${IS_LOST} then 'failed' else status end as status, as_of, is_atomic,
  is_dry_run, mapping, rows_read, rows_created, rows_changed, rows_unchanged, rows_faulty, bytes_read, bytes_total,
  case when ${IS_LOST} then ${LOST_DETAIL}::text else error_detail end as error_detail, notes, started_at,
  case when ${IS_LOST} then beat_at else ended_at end as ended_at`

export interface NewImport {
  readonly id: string
  readonly kind: string
  readonly fileName: string
  readonly asOf: string | null
  readonly isAtomic: boolean
  readonly isDryRun: boolean
  readonly bytesTotal: number | null
  readonly memberId: string
}

/** False when an import with this id exists already. The member is kept when it is one of the database's (the CLI's is not). */
export async function insertImport(handle: Handle, created: NewImport): Promise<boolean> {
  const rows = await handle.run(sql`
    insert into imports (id, kind, file_name, status, as_of, is_atomic, is_dry_run, bytes_total, member_id)
    values (${created.id}, ${created.kind}, ${created.fileName}, 'running', ${created.asOf}, ${created.isAtomic},
      ${created.isDryRun}, ${created.bytesTotal}, (select m.id from members m where m.id::text = ${created.memberId}))
    on conflict (id) do nothing`)
  return rows === 1
}

/** What an import counts; created, changed and unchanged are of rows that are stored. */
export interface ImportCounts {
  readonly rowsRead: number
  readonly rowsCreated: number
  readonly rowsChanged: number
  readonly rowsUnchanged: number
  readonly rowsFaulty: number
  readonly bytesRead: number
}

export async function saveProgress(handle: Handle, id: string, counts: ImportCounts): Promise<void> {
  await handle.run(sql`update imports set ${countColumns(counts)}, beat_at = now() where id = ${id}`)
}

function countColumns(counts: ImportCounts): Sql {
  return sql`rows_read = ${counts.rowsRead}, rows_created = ${counts.rowsCreated}, rows_changed = ${counts.rowsChanged},
    rows_unchanged = ${counts.rowsUnchanged}, rows_faulty = ${counts.rowsFaulty}, bytes_read = ${counts.bytesRead}`
}

export async function saveMapping(
  handle: Handle,
  id: string,
  mapping: { columns: Readonly<Record<string, string>>; ignored: readonly string[] },
): Promise<void> {
  await handle.run(
    sql`update imports set mapping = ${JSON.stringify(mapping)}::jsonb, beat_at = now() where id = ${id}`,
  )
}

export async function saveBeat(handle: Handle, id: string): Promise<void> {
  await handle.run(sql`update imports set beat_at = now() where id = ${id} and status = 'running'`)
}

interface Ending {
  readonly status: 'complete' | 'failed'
  readonly counts: ImportCounts
  readonly notes: readonly string[]
  readonly errorDetail: string | null
}

export async function endImport(handle: Handle, id: string, ending: Ending): Promise<void> {
  await handle.run(sql`
    update imports set ${countColumns(ending.counts)}, status = ${ending.status}, notes = ${JSON.stringify(ending.notes)}::jsonb,
      error_detail = ${ending.errorDetail}, ended_at = now()
    where id = ${id} and status = 'running'`)
}

export async function insertFaults(
  handle: Handle,
  id: string,
  faults: readonly (RowFault & { n: number })[],
): Promise<void> {
  if (faults.length === 0) return
  await handle.run(sql`
    insert into import_faults (import_id, line, n, column_name, reason, value)
    select ${id}, line, n, "column", reason, value
    from jsonb_to_recordset(${JSON.stringify(faults)}::jsonb) as f(line int, n int, "column" text, reason text, value text)
    on conflict do nothing`)
}

export async function findImport(handle: Handle, id: string): Promise<ImportReport | undefined> {
  return handle.first(ImportRow, sql`select ${COLUMNS} from imports where id = ${id}`)
}

/** Newest first; `before` is the last id of the page before. Ids are UUIDv7, so they order by time of making. */
export async function selectImports(
  handle: Handle,
  page: { before: string | null; limit: number },
): Promise<ImportReport[]> {
  const after = page.before === null ? sql`true` : sql`id < ${page.before}::uuid`
  return handle.rows(ImportRow, sql`select ${COLUMNS} from imports where ${after} order by id desc limit ${page.limit}`)
}

const FaultRow = z.object({
  line: z.int(),
  n: z.int(),
  column: z.string().nullable(),
  reason: z.string(),
  value: z.string().nullable(),
})
export type StoredFault = z.infer<typeof FaultRow>

export async function selectFaults(
  handle: Handle,
  id: string,
  page: { after: { line: number; n: number }; limit: number },
): Promise<StoredFault[]> {
  return handle.rows(
    FaultRow,
    sql`select line, n, column_name as "column", reason, value from import_faults
      where import_id = ${id} and (line, n) > (${page.after.line}::int, ${page.after.n}::int) order by line, n limit ${page.limit}`,
  )
}

/** Writes down as failed what a stopped process left running. */
export async function failLostImports(handle: Handle): Promise<number> {
  return handle.run(
    sql`update imports set status = 'failed', error_detail = ${LOST_DETAIL}, ended_at = beat_at where ${IS_LOST}`,
  )
}

export async function saveDataDay(handle: Handle, kind: string, asOf: string | null): Promise<void> {
  await handle.run(sql`
    insert into data_days (kind, as_of, updated_at) values (${kind}, ${asOf}, now())
    on conflict (kind) do update set as_of = excluded.as_of, updated_at = excluded.updated_at`)
}

/** The day a kind of record speaks for; null: the present one. */
export async function findDataDay(handle: Handle, kind: string): Promise<string | null> {
  const row = await handle.first(
    z.object({ as_of: z.string().nullable() }),
    sql`select as_of from data_days where kind = ${kind}`,
  )
  return row?.as_of ?? null
}
