import type { Readable, Writable } from 'node:stream'
import copyStreams from 'pg-copy-streams'
import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { identifier, joinSql, sql, toStatement } from '#platform/postgres/sql.ts'

/** SQL of backups: the catalogue, COPY out and in. */

const TableRow = z.object({ name: z.string(), columns: z.array(z.string()), refers_to: z.array(z.string()) })

/**
 * What a schema knows of itself: migrations, changes, which loading rows marks anew, and archives, which are not in it; and
 * where the time of answers went and how disasters were rehearsed, which are nobody's work.
 */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'schema_migrations',
  'data_marks',
  'data_epochs',
  'backup_runs',
  'turn_traces',
  'slo_flushes',
  'drills',
])

/** The tables of the current schema with the columns that hold data, parents before children. Partitions go with their parent. */
export async function listTables(handle: Handle): Promise<{ name: string; columns: string[] }[]> {
  const tables = await handle.rows(
    TableRow,
    sql`select c.relname as name,
        array(select a.attname::text from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
        array(select distinct r.relname::text from pg_constraint k join pg_class r on r.oid = k.confrelid
          where k.conrelid = c.oid and k.contype = 'f' and r.oid <> c.oid) as refers_to
      from pg_class c
      where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      order by c.relname`,
  )
  return parentsFirst(tables.filter((table) => !NOT_COPIED.has(table.name)))
}

function parentsFirst(tables: readonly z.infer<typeof TableRow>[]): { name: string; columns: string[] }[] {
  const ordered: { name: string; columns: string[] }[] = []
  const waiting = [...tables]
  const isPlaced = (name: string): boolean =>
    ordered.some((table) => table.name === name) || !tables.some((table) => table.name === name)
  while (waiting.length > 0) {
    const index = waiting.findIndex((table) => table.refers_to.every(isPlaced))
    const [next] = waiting.splice(Math.max(0, index), 1)
    if (index < 0 || !next) throw new Error('foreign keys go in a circle')
    ordered.push({ name: next.name, columns: next.columns })
  }
  return ordered
}

const MigrationRow = z.object({
  version: z.int(),
  name: z.string(),
  hash: z.string(),
  snapshot: z.string().nullable(),
  /** Of a database that was restored: when it was. */
  applied_at: z.date(),
})
export type MigrationRow = z.infer<typeof MigrationRow>

/** In order, each with the backup that was made before it: null for none, and for all of a schema that has no place for it yet. */
export function listMigrations(handle: Handle): Promise<MigrationRow[]> {
  return handle.rows(
    MigrationRow,
    sql`select version, name, hash, to_jsonb(m) ->> 'snapshot' as snapshot, applied_at from schema_migrations m order by version`,
  )
}

/** Notes it anew after a restore: the way back is then as it was. */
export async function noteSnapshots(
  handle: Handle,
  migrations: readonly Pick<MigrationRow, 'version' | 'snapshot'>[],
): Promise<void> {
  for (const { version, snapshot } of migrations)
    if (snapshot !== null)
      await handle.run(sql`update schema_migrations set snapshot = ${snapshot} where version = ${version}`)
}

export async function serverVersion(handle: Handle): Promise<string> {
  const row = await handle.first(z.object({ server_version: z.string() }), sql`show server_version`)
  return row?.server_version ?? 'unknown'
}

function columnList(columns: readonly string[]) {
  return joinSql(columns.map(identifier), ', ')
}

export interface CopyOut extends Readable {
  readonly rowCount: number
}

/** All rows of a table as CSV with a header line. `rowCount` is right once the stream has ended. */
export function copyOut(handle: Handle, table: { name: string; columns: readonly string[] }): CopyOut {
  const { text } = toStatement(
    sql`copy (select ${columnList(table.columns)} from ${identifier(table.name)}) to stdout with (format csv, header true)`,
  )
  return handle.client.query(copyStreams.to(text))
}

export interface CopyIn extends Writable {
  /** What the server took; right once the stream has finished. */
  readonly rowCount: number
}

/** Tables of the current schema that are not in partitions. */
export async function listPlainTables(handle: Handle): Promise<ReadonlySet<string>> {
  const tables = await handle.rows(
    z.object({ name: z.string() }),
    sql`select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`,
  )
  return new Set(tables.map(({ name }) => name))
}

/**
 * Empties a table that has no rows anew, so that this transaction owns its files: what it copies in is settled at once, and with the
 * built-in server skips the journal. Nothing may refer to it.
 */
export async function ownTable(handle: Handle, name: string): Promise<void> {
  await handle.run(sql`truncate ${identifier(name)}`)
}

/**
 * Takes what `copyOut` gave. A table that this transaction owns has its rows settled at once: nobody saw them before, and whoever
 * reads them first need not look at what became of their writer.
 */
export function copyIn(handle: Handle, table: { name: string; columns: readonly string[]; isOwned: boolean }): CopyIn {
  const settled = table.isOwned ? sql`, freeze true` : sql``
  const { text } = toStatement(
    sql`copy ${identifier(table.name)} (${columnList(table.columns)}) from stdin with (format csv, header true${settled})`,
  )
  return handle.client.query(copyStreams.from(text))
}

/** Rows that migrations wrote by themselves are in the archive, too, as they are by now. */
export async function emptyTables(handle: Handle, names: readonly string[]): Promise<void> {
  const filled: string[] = []
  // To empty all of them would make every file of every index anew.
  for (const name of names) if ((await countRows(handle, name)) > 0) filled.push(name)
  // Tables that are not copied and hang on one that is go empty with it, as they are in a schema that was just made.
  if (filled.length > 0) await handle.run(sql`truncate ${joinSql(filled.map(identifier), ', ')} cascade`)
}

async function countRows(handle: Handle, table: string): Promise<number> {
  const row = await handle.first(z.object({ rows: z.int() }), sql`select count(*) as rows from ${identifier(table)}`)
  return row?.rows ?? 0
}

/** Bytes of all that the database holds. Looked at by its files: to ask each table would wait for whoever has it to themselves. */
export async function sizeOfDatabase(handle: Handle): Promise<number> {
  const row = await handle.first(
    z.object({ bytes: z.coerce.number() }),
    sql`select pg_database_size(current_database()) as bytes`,
  )
  return row?.bytes ?? 0
}

const IdentityRow = z.object({ table_name: z.string(), column_name: z.string() })

/** Moves sequences past the rows that were copied in: those of identity columns, and the one that orders changes of memories. */
export async function advanceSequences(handle: Handle): Promise<void> {
  const identities = await handle.rows(
    IdentityRow,
    sql`select table_name, column_name from information_schema.columns where table_schema = current_schema() and is_identity = 'YES'`,
  )
  for (const { table_name: table, column_name: column } of identities) {
    await handle.run(
      sql`select setval(pg_get_serial_sequence(${table}, ${column}), greatest(1, (select max(${identifier(column)}) from ${identifier(table)})),
        exists (select 1 from ${identifier(table)}))`,
    )
  }
  // A backup of before there were memories has no such sequence.
  const Found = z.object({ found: z.boolean() })
  const memories = await handle.first(Found, sql`select to_regclass('memory_changes_seq') is not null as found`)
  if (memories?.found)
    await handle.run(
      sql`select setval('memory_changes_seq', greatest(1, (select max(change_seq) from memories), (select max(change_seq) from memory_tombstones)))`,
    )
}

/** An empty schema of this name, which everything that follows in the transaction works in. */
export async function enterNewSchema(handle: Handle, name: string): Promise<void> {
  await handle.run(sql`create schema ${identifier(name)}`)
  await enterSchema(handle, name)
}

/** Everything that follows in the transaction works in it. */
export async function enterSchema(handle: Handle, name: string): Promise<void> {
  await handle.run(sql`select set_config('search_path', ${name}, true)`)
}

/** For the rest of the transaction: a statement that would wait longer for a lock fails. */
export async function limitLockWait(handle: Handle, ms: number): Promise<void> {
  await handle.run(sql`select set_config('lock_timeout', ${String(ms)}, true)`)
}

/** Takes all of it to itself and away, where it is there. Only inside the transaction that puts another one in its place. */
export async function dropPublicSchema(handle: Handle): Promise<void> {
  await handle.run(sql`drop schema if exists public cascade`)
}

/** Puts a schema in the place of the one that was dropped. */
export async function makePublic(handle: Handle, name: string): Promise<void> {
  await handle.run(sql`alter schema ${identifier(name)} rename to public`)
}

/** What tells one schema `public` from another that took its place; null where there is none. */
export async function identifyPublic(handle: Handle): Promise<string | null> {
  const row = await handle.first(
    z.object({ id: z.string().nullable() }),
    sql`select to_regnamespace('public')::oid::text as id`,
  )
  return row?.id ?? null
}

/** Whether Sophia's tables are here at all. */
export async function hasSchema(handle: Handle): Promise<boolean> {
  const row = await handle.first(
    z.object({ found: z.boolean() }),
    sql`select to_regclass('public.schema_migrations') is not null as found`,
  )
  return row?.found ?? false
}

/** When the deployment began that this database is of; null where Sophia's tables are not here. */
export async function findDeployment(handle: Handle): Promise<string | null> {
  if (!(await hasSchema(handle))) return null
  const row = await handle.first(
    z.object({ at: z.date().nullable() }),
    sql`select min(applied_at) as at from schema_migrations`,
  )
  return row?.at?.toISOString() ?? null
}

const ColumnRow = z.object({ table_name: z.string(), column_name: z.string() })

/** Whether any row of the current schema holds a secret that is sealed: such columns say so by their names. */
export async function hasSealed(handle: Handle): Promise<boolean> {
  const columns = await handle.rows(
    ColumnRow,
    sql`select table_name, column_name from information_schema.columns
      where table_schema = current_schema() and data_type = 'bytea' and column_name like 'sealed%'`,
  )
  if (columns.length === 0) return false
  const tries = columns.map(
    ({ table_name: table, column_name: column }) =>
      sql`exists (select 1 from ${identifier(table)} where ${identifier(column)} is not null)`,
  )
  const row = await handle.first(z.object({ found: z.boolean() }), sql`select ${joinSql(tries, ' or ')} as found`)
  return row?.found ?? false
}

/** Runs the text of a migration in the schema at hand and notes it as applied. */
export async function applyMigration(
  handle: Handle,
  migration: { version: number; name: string; hash: string; text: string },
): Promise<void> {
  await handle.run(sql`create table if not exists schema_migrations (
    version int primary key, name text not null, hash text not null, applied_at timestamptz not null default now())`)
  // A migration is a script of the program's own, not a query with values.
  await handle.client.query(migration.text)
  await handle.run(
    sql`insert into schema_migrations (version, name, hash) values (${migration.version}, ${migration.name}, ${migration.hash})`,
  )
}
