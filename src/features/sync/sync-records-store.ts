import { z } from 'zod'
import type { Scalar } from '#domain/import/read-row.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import type { SyncKind } from '#domain/sync/mapping.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { identifier, sql } from '#platform/postgres/sql.ts'

const Values = z.record(
  z.string(),
  z.custom<Scalar>((value) => value === null || typeof value !== 'object'),
)
const Known = z.object({
  sourceId: z.string(),
  base: Values,
  gone: z.enum(['removed', 'merged']).nullable(),
  mergedInto: z.string().nullable(),
})
export type KnownRecord = z.infer<typeof Known>

export interface RecordsOf {
  readonly syncId: string
  readonly kind: SyncKind
  readonly sourceIds: readonly string[]
}

/** What was copied of these before. */
export function findKnown(handle: Handle, { syncId, kind, sourceIds }: RecordsOf): Promise<KnownRecord[]> {
  return handle.rows(
    Known,
    sql`select source_id as "sourceId", base, gone, merged_into as "mergedInto" from sync_records
      where sync_id = ${syncId} and kind = ${kind} and source_id = any(${sourceIds}::text[])`,
  )
}

// Of our own tables: their columns are what they are, and only those of the mapping are looked at.
const Here = z.object({ id: z.string(), row: z.record(z.string(), z.unknown()) })

/** The rows as they stand here, held until the transaction ends, so that nobody changes one in between. */
export async function lockHere(
  handle: Handle,
  kind: SyncKind,
  ids: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const table = identifier(KIND_DEFINITIONS[kind].table)
  const rows = await handle.rows(
    Here,
    sql`select t.id, to_jsonb(t) as row from ${table} t where t.id = any(${ids}::text[]) order by t.id for update`,
  )
  return new Map(rows.map(({ id, row }) => [id, row]))
}

const Changed = z.object({ id: z.string(), field: z.string(), at: z.date() })

/** When the fields of these rows last changed here. */
export function findChangeTimes(
  handle: Handle,
  kind: SyncKind,
  ids: readonly string[],
): Promise<z.infer<typeof Changed>[]> {
  return handle.rows(
    Changed,
    sql`select distinct on (record_id, field) record_id as id, field, at from record_changes
      where kind = ${kind} and record_id = any(${ids}::text[]) order by record_id, field, id desc`,
  )
}

export interface CopiedRecord {
  readonly sourceId: string
  /** Null: it was met, and nothing of it could be stored. */
  readonly base: Readonly<Record<string, Scalar>> | null
  readonly gone: 'removed' | 'merged' | null
  readonly mergedInto: string | null
}

interface Copied {
  readonly syncId: string
  readonly kind: SyncKind
  readonly readName: string
  readonly pass: number
  readonly at: Date
  readonly records: readonly CopiedRecord[]
}

/** No record twice. */
export async function saveCopied(handle: Handle, { syncId, kind, readName, pass, at, records }: Copied): Promise<void> {
  if (records.length === 0) return
  await handle.run(
    sql`insert into sync_records as s (sync_id, kind, source_id, read_name, pass, base, gone, merged_into, copied_at)
      select ${syncId}, ${kind}, r."sourceId", ${readName}, ${pass}, coalesce(r.base, '{}'), r.gone, r."mergedInto", ${at}
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r("sourceId" text, base jsonb, gone text, "mergedInto" text)
      on conflict (sync_id, kind, source_id) do update set read_name = excluded.read_name, pass = excluded.pass,
        base = case when excluded.base = '{}' then s.base else excluded.base end, gone = excluded.gone,
        merged_into = excluded.merged_into, copied_at = excluded.copied_at`,
  )
}

/** What was moved from one record to another here is what the CRM says there too, or will say. */
export async function moveBases(
  handle: Handle,
  syncId: string,
  {
    server,
    to,
    moved,
  }: {
    readonly server: string
    readonly to: string
    readonly moved: readonly { kind: string; id: string; column: string }[]
  },
): Promise<void> {
  if (moved.length === 0) return
  await handle.run(
    sql`update sync_records s set base = s.base || jsonb_build_object(m."column", ${to}::text)
      from jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) as m(kind text, id text, "column" text)
      where s.sync_id = ${syncId} and s.kind = m.kind and ${server}::text || ':' || s.source_id = m.id and s.base ? m."column"`,
  )
}

const Merged = z.object({ kind: z.string(), sourceId: z.string(), mergedInto: z.string() })

/** Records that became others, of these kinds: who still names the one means the other. */
export function findMerged(
  handle: Handle,
  syncId: string,
  sourceIds: readonly string[],
): Promise<z.infer<typeof Merged>[]> {
  return handle.rows(
    Merged,
    sql`select kind, source_id as "sourceId", merged_into as "mergedInto" from sync_records
      where sync_id = ${syncId} and gone = 'merged' and merged_into is not null and source_id = any(${sourceIds}::text[])`,
  )
}

const Count = z.object({ known: z.number(), missing: z.number() })
interface PassOf {
  readonly syncId: string
  readonly readName: string
  readonly pass: number
}

/** How many a whole pass should have met, and how many of them it did not. */
export async function countMissing(handle: Handle, { syncId, readName, pass }: PassOf): Promise<z.infer<typeof Count>> {
  const found = await handle.first(
    Count,
    sql`select count(*) as known, count(*) filter (where pass <> ${pass}) as missing from sync_records
      where sync_id = ${syncId} and read_name = ${readName} and gone is null`,
  )
  return found ?? { known: 0, missing: 0 }
}

const Id = z.object({ sourceId: z.string() })

export async function markMissing(
  handle: Handle,
  { syncId, readName, pass }: PassOf,
  limit: number,
): Promise<string[]> {
  const rows = await handle.rows(
    Id,
    sql`update sync_records set gone = 'removed' where (sync_id, kind, source_id) in (
        select sync_id, kind, source_id from sync_records
        where sync_id = ${syncId} and read_name = ${readName} and gone is null and pass <> ${pass} limit ${limit})
      returning source_id as "sourceId"`,
  )
  return rows.map(({ sourceId }) => sourceId)
}
