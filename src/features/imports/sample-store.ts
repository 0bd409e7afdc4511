import { z } from 'zod'
import type { ImportKind } from '#domain/import/import-kind.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import type { SampleCompany } from '#domain/sample/sample-company.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { claimRecords } from '#platform/postgres/records-lock.ts'
import { identifier, joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

const SAMPLE = 'sample'
const DEFINITIONS = Object.values(KIND_DEFINITIONS)
const TABLES = DEFINITIONS.map(({ table }) => identifier(table))
const BATCH_ROWS = 5000

const SampleFact = z.object({ value: z.object({ asOf: z.string() }) })

/** Whether the sample company is loaded, and the day it was loaded for. */
export async function findSample(handle: Handle): Promise<{ asOf: string } | undefined> {
  return (await handle.first(SampleFact, sql`select value from deployment_facts where key = ${SAMPLE}`))?.value
}

const Flag = z.object({ found: z.boolean() })

/** True when there are records that are not the sample's. */
export async function hasOwnData(handle: Handle): Promise<boolean> {
  const checks = TABLES.map((table) => sql`exists (select 1 from ${table} where source <> ${SAMPLE})`)
  const row = await handle.first(Flag, sql`select (${joinSql(checks, ' or ')}) as found`)
  return row?.found ?? false
}

const Counted = z.object({ kind: z.string(), count: z.int() })

export async function countSample(handle: Handle): Promise<Record<string, number>> {
  const counts = DEFINITIONS.map(
    ({ kind, table }) =>
      sql`select ${kind}::text as kind, count(*)::int as count from ${identifier(table)} where source = ${SAMPLE}`,
  )
  const rows = await handle.rows(Counted, sql`select * from (${joinUnion(counts)}) c where count > 0`)
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
}

function joinUnion(parts: readonly Sql[]): Sql {
  return parts.reduce((whole, part) => sql`${whole} union all ${part}`)
}

/** One at a time, and never beside an import's start. */
export async function lockSample(handle: Handle): Promise<void> {
  await handle.raiseLimit(120_000)
  await handle.run(sql`select pg_advisory_xact_lock(hashtext('sophia-import'), hashtext(${SAMPLE}))`)
}

/**
 * Takes the sample company out again. While it is loaded no own records can come in, so what was written onto it since
 * (a next step noted, an activity logged) goes with it.
 */
export async function deleteSample(handle: Handle): Promise<void> {
  await claimRecords(handle)
  for (const table of [...TABLES, identifier('record_changes')]) {
    // Rows of an import cannot be there; if some are, they are not ours to delete.
    await handle.run(sql`delete from ${table} where source = ${SAMPLE} or source not in (select id::text from imports)`)
  }
  // Recordings of calls that were tried on it: the only imports there can be since it was loaded.
  await handle.run(
    sql`delete from transcripts t using imports i, deployment_facts f
      where f.key = ${SAMPLE} and t.source = i.id::text and i.started_at >= f.updated_at`,
  )
  for (const table of [
    'deal_standings',
    'deal_activity_days',
    'deal_snapshots',
    'client_standings',
    'client_snapshots',
    'snapshot_days',
  ])
    await handle.run(sql`delete from ${identifier(table)}`)
  // What was heard in calls that are gone is gone too.
  await handle.run(
    sql`delete from commitments m where not exists (select 1 from transcripts t where t.id = m.transcript_id)`,
  )
  // Texts about its deals lead nowhere now; what a person has let out or is letting out stays as they know it.
  await handle.run(
    sql`delete from drafts where status in ('draft', 'failed', 'discarded')
      and case about_kind when 'deal' then not exists (select 1 from deals d where d.id = about_id)
        when 'client' then not exists (select 1 from clients c where c.id = about_id) else false end`,
  )
  await handle.run(sql`delete from data_days`)
  await handle.run(sql`delete from deployment_facts where key = ${SAMPLE}`)
}

export async function insertSample(handle: Handle, company: SampleCompany, asOf: string): Promise<void> {
  for (const { kind, table } of DEFINITIONS)
    await insertRows(handle, { table, rows: rowsOf(company, kind), source: sql`${SAMPLE}::text` })
  await insertRows(handle, { table: 'record_changes', rows: company.changes, source: sql`${SAMPLE}::text` })
  for (const { kind } of DEFINITIONS) {
    await handle.run(
      sql`insert into data_days (kind, as_of) values (${kind}, ${asOf}) on conflict (kind) do update set as_of = excluded.as_of`,
    )
  }
  await handle.run(sql`
    insert into deployment_facts (key, value) values (${SAMPLE}, ${JSON.stringify({ asOf })}::jsonb)
    on conflict (key) do update set value = excluded.value, updated_at = now()`)
  // Fresh tables without statistics make the first screens slow.
  for (const table of TABLES) await handle.run(sql`analyze ${table}`)
}

function rowsOf(company: SampleCompany, kind: ImportKind): readonly object[] {
  return company[kind]
}

/** The keys of the first row are the columns; jsonb_populate_recordset gives them the table's own types. */
async function insertRows(
  handle: Handle,
  { table, rows, source }: { table: string; rows: readonly object[]; source: Sql },
): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = joinSql(
    Object.keys(first).map((name) => identifier(name)),
    ', ',
  )
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    const batch = JSON.stringify(rows.slice(start, start + BATCH_ROWS))
    await handle.run(sql`
      insert into ${identifier(table)} (${columns}, source)
      select ${columns}, ${source} from jsonb_populate_recordset(null::${identifier(table)}, ${batch}::jsonb)`)
  }
}
