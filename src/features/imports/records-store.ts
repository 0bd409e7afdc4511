import { z } from 'zod'
import type { FinishedRow } from '#domain/import/finish-row.ts'
import type { ImportKind, KindDefinition, ReferenceKind } from '#domain/import/import-kind.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { identifier, joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

const COLUMN_TYPES = {
  text: sql`text`,
  enum: sql`text`,
  stage: sql`text`,
  currency: sql`text`,
  reference: sql`text`,
  int: sql`int`,
  money: sql`bigint`,
  day: sql`date`,
  boolean: sql`boolean`,
}

/** Columns that follow from others and have no field of their own. */
const DERIVED_TYPES: Readonly<Record<string, Sql>> = { value_estimate: sql`text`, currency: sql`text` }

export interface Upsert {
  readonly definition: KindDefinition
  /** Columns of the table that are written; the rest keep what they hold. */
  readonly written: readonly string[]
  /** No id twice. */
  readonly rows: readonly FinishedRow[]
  /** The import's id. */
  readonly source: string
  /** The day that changes of existing rows speak for. */
  readonly asOf: string
}

const Written = z.object({ created: z.int(), changed: z.int(), repeated: z.int() })

/**
 * Writes new rows and changed ones in one statement, with a `record_changes` row per changed field; rows that are as
 * they were are not touched. `repeated`: rows that this very import had written before.
 */
export async function upsertRows(
  handle: Handle,
  upsert: Upsert,
): Promise<{ created: number; changed: number; unchanged: number; repeated: number }> {
  const { definition, written, rows } = upsert
  const table = identifier(definition.table)
  const columns = written.map((name) => ({ name, id: identifier(name), type: columnType(definition, name) }))
  const list = joinSql([sql``, ...columns.map(({ id }) => sql`${id}`)], ', ')
  const declared = joinSql([sql``, ...columns.map(({ id, type }) => sql`${id} ${type}`)], ', ')
  const pairs = columns.map(({ name, id }) => sql`(${name}::text, b.${id}::text, i.${id}::text)`)
  const isChanged = joinSql(
    [...columns.map(({ id }) => sql`t.${id} is distinct from excluded.${id}`), sql`not t.origin @> excluded.origin`],
    ' or ',
  )
  const counts = await handle.first(
    Written,
    sql`with incoming as (
      select * from jsonb_to_recordset(${toJson(rows)}::jsonb) as r(id text, origin jsonb${declared})
    ), before as (
      select t.* from ${table} t join incoming i on i.id = t.id
    ), written as (
      insert into ${table} as t (id, origin, source${list})
      select id, origin, ${upsert.source}::text${list} from incoming
      on conflict (id) do update set ${assignments(upsert)} where ${isChanged}
      returning t.id
    ), history as (
      insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source)
      select ${definition.kind}, b.id, v.field, v.old_value, v.new_value, ${upsert.asOf}::date, ${upsert.source}
      from written w join before b on b.id = w.id join incoming i on i.id = w.id
      cross join lateral (values ${joinSql(pairs, ', ')}) as v(field, old_value, new_value)
      where v.old_value is distinct from v.new_value
    )
    select (count(*) filter (where b.id is null))::int as created, (count(*) filter (where b.id is not null))::int as changed,
      (count(*) filter (where b.source = ${upsert.source}))::int as repeated
    from written w left join before b on b.id = w.id`,
  )
  const { created, changed, repeated } = counts ?? { created: 0, changed: 0, repeated: 0 }
  return { created, changed, repeated, unchanged: rows.length - created - changed }
}

function toJson(rows: readonly FinishedRow[]): string {
  return JSON.stringify(rows.map((row) => ({ id: row.id, origin: row.origin, ...row.values })))
}

function columnType(definition: KindDefinition, name: string): Sql {
  const field = definition.fields.find(({ column }) => column === name)
  const type = field ? COLUMN_TYPES[field.type] : DERIVED_TYPES[name]
  if (!type) throw new Error(`no type for ${definition.table}.${name}`)
  return type
}

function assignments({ definition, written, asOf }: Upsert): Sql {
  const plain = written.map((name) => sql`${identifier(name)} = excluded.${identifier(name)}`)
  // Keys of fields that this file does not write stay; of those it writes, only what it says now.
  const names = definition.fields
    .filter(({ column }) => column !== null && written.includes(column))
    .map(({ name }) => name)
  const fixed = [
    sql`origin = (t.origin - ${names}::text[]) || excluded.origin`,
    sql`source = excluded.source`,
    sql`updated_at = now()`,
  ]
  const derived = definition.kind === 'deals' ? dealHistory(written, asOf) : []
  return joinSql([...plain, ...fixed, ...derived], ', ')
}

/** What a deal's changes tell by themselves, when the file has no column for it. */
function dealHistory(written: readonly string[], asOf: string): Sql[] {
  const found: Sql[] = []
  if (written.includes('expected_close_on') && !written.includes('pushed_count')) {
    found.push(
      sql`pushed_count = t.pushed_count + (case when excluded.expected_close_on > t.expected_close_on then 1 else 0 end)`,
    )
  }
  if (written.includes('stage') && !written.includes('stage_entered_on')) {
    found.push(
      sql`stage_entered_on = case when excluded.stage <> t.stage then ${asOf}::date else t.stage_entered_on end`,
    )
  }
  return found
}

interface Pointer {
  readonly table: Sql
  readonly column: Sql
  readonly field: string
}

function pointersTo(target: ReferenceKind): Pointer[] {
  return Object.values(KIND_DEFINITIONS).flatMap((definition) =>
    definition.fields.flatMap((field) =>
      field.type === 'reference' && field.target === target && field.column
        ? [{ table: identifier(definition.table), column: identifier(field.column), field: field.name }]
        : [],
    ),
  )
}

/**
 * References that were read before the record they name was known now point to it: rows whose file's word (kept in
 * `origin`) is the name or id of a record that this import wrote, and whose present target does not exist.
 */
export async function relinkTo(handle: Handle, target: ReferenceKind, source: string): Promise<number> {
  const targets = identifier(KIND_DEFINITIONS[target].table)
  let relinked = 0
  for (const { table, column, field } of pointersTo(target)) {
    relinked += await handle.run(sql`
      update ${table} t set ${column} = c.id, origin = t.origin - ${field}::text
      from ${targets} c
      where c.source = ${source} and t.origin ? ${field}::text
        and (lower(c.name) = lower(t.origin ->> ${field}::text) or c.id = t.origin ->> ${field}::text)
        and t.${column} <> c.id and not exists (select 1 from ${targets} x where x.id = t.${column})`)
  }
  return relinked
}

const Count = z.object({ count: z.int() })

/** Rows of this import that still point to records which are not there, per field. */
export async function countDangling(
  handle: Handle,
  kind: ImportKind,
  source: string,
): Promise<{ label: string; target: string; rows: number }[]> {
  const definition = KIND_DEFINITIONS[kind]
  const found: { label: string; target: string; rows: number }[] = []
  for (const field of definition.fields) {
    if (field.type !== 'reference' || !field.column) continue
    const row = await handle.first(
      Count,
      sql`select count(*)::int as count from ${identifier(definition.table)} t
        where t.source = ${source} and t.${identifier(field.column)} is not null
          and not exists (select 1 from ${identifier(KIND_DEFINITIONS[field.target].table)} x where x.id = t.${identifier(field.column)})`,
    )
    if (row && row.count > 0) found.push({ label: field.label, target: field.target, rows: row.count })
  }
  return found
}

/** Imports of one kind take turns, batch by batch; the statement limit makes room for waiting and for long statements. */
export async function lockKind(handle: Handle, kind: ImportKind): Promise<void> {
  await handle.raiseLimit(600_000)
  await handle.run(sql`select pg_advisory_xact_lock(hashtext('sophia-import'), hashtext(${kind}))`)
}

/**
 * Tells the server what the tables hold now, and that all may see it, instead of whenever it next looks by itself: the
 * planner chooses by the one, and indexes alone answer by the other. Outside a transaction only.
 */
export async function refreshTables(handle: Handle): Promise<void> {
  await handle.run(
    sql`vacuum (analyze, skip_locked, truncate false)
      reps, products, clients, contacts, deals, activities, usage_days, invoices, tickets, transcripts, record_changes`,
  )
}
