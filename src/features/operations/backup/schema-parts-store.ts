import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { identifier, joinSql, sql } from '#platform/postgres/sql.ts'

/** SQL of what slows down loading: indexes that stand for no rule of their table, and foreign keys. */

const PartRow = z.object({ table_name: z.string(), drop_text: z.string(), make_text: z.string() })
export type SchemaPart = z.infer<typeof PartRow>

/** What was taken down, in the order in which it is made again. */
export interface SchemaParts {
  readonly indexes: readonly SchemaPart[]
  readonly foreignKeys: readonly SchemaPart[]
}

/** For sorting the rows of an index; given back with the transaction. */
const SORT_MEMORY = '256MB'

/**
 * Takes down the indexes of these tables of the current schema, partitions aside, and every foreign key: tables are then filled in
 * any order, and by several connections, none of which sees what another one has not committed.
 */
export async function takeDown(handle: Handle, tables: readonly string[]): Promise<SchemaParts> {
  const foreignKeys = await handle.rows(
    PartRow,
    sql`select c.relname as table_name, format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname) as drop_text,
        format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) as make_text
      from pg_constraint k join pg_class c on c.oid = k.conrelid
      where k.connamespace = current_schema()::regnamespace and k.contype = 'f' and k.conparentid = 0
      order by k.conname`,
  )
  const indexes = await handle.rows(
    PartRow,
    sql`select c.relname as table_name, format('drop index %s', i.indexrelid::regclass) as drop_text,
        pg_get_indexdef(i.indexrelid) as make_text
      from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relnamespace = current_schema()::regnamespace and c.relname = any(${tables}) and c.relkind = 'r'
        and not c.relispartition and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
      order by i.indexrelid`,
  )
  // A foreign key may stand on an index: it goes first and comes last.
  for (const { drop_text: text } of [...foreignKeys, ...indexes]) await runOwnText(handle, text)
  return { indexes, foreignKeys }
}

/** Makes them again, over all rows at once; a row that breaks one fails. */
export async function putBack(handle: Handle, parts: readonly SchemaPart[], onMade: () => void): Promise<void> {
  await handle.run(sql`select set_config('maintenance_work_mem', ${SORT_MEMORY}, true)`)
  for (const { make_text: text } of parts) {
    await runOwnText(handle, text)
    onMade()
  }
}

/** Statements that PostgreSQL itself wrote of its catalogue: no value of anybody's is in them. */
async function runOwnText(handle: Handle, text: string): Promise<void> {
  await handle.client.query(text)
}

/** Of the standard sample a quarter: enough to plan by until the server looks more closely by itself. */
const SAMPLE_SIZE = '25'

/** Tells the planner what the rows are like: after a restore it would have to guess until the server looks by itself. */
export async function analyse(handle: Handle, tables: readonly string[]): Promise<void> {
  await handle.run(sql`select set_config('default_statistics_target', ${SAMPLE_SIZE}, true)`)
  if (tables.length > 0) await handle.run(sql`analyze ${joinSql(tables.map(identifier), ', ')}`)
}
