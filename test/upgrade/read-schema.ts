import type pg from 'pg'
import { z } from 'zod'

const Relation = z.object({ relation: z.string(), kind: z.string() })
const Column = z.object({
  relation: z.string(),
  column: z.string(),
  type: z.string(),
  isNotNull: z.boolean(),
  /** What a row gets that does not name it: a default, an identity, an expression. */
  fallback: z.string().nullable(),
})
const Rule = z.object({
  relation: z.string(),
  name: z.string(),
  definition: z.string(),
  /** Its values may stand once only. */
  isUnique: z.boolean(),
  columns: z.array(z.string()),
})
const Trigger = z.object({ relation: z.string(), name: z.string(), definition: z.string() })
const Routine = z.object({ signature: z.string(), result: z.string() })
const Label = z.object({ type: z.string(), label: z.string() })

/** What a program may rely on in a database: tables and views, their columns and rules, what can be called. */
export interface Schema {
  readonly relations: readonly z.infer<typeof Relation>[]
  readonly columns: readonly z.infer<typeof Column>[]
  readonly rules: readonly z.infer<typeof Rule>[]
  readonly triggers: readonly z.infer<typeof Trigger>[]
  readonly routines: readonly z.infer<typeof Routine>[]
  readonly labels: readonly z.infer<typeof Label>[]
}

/** Partitions come and go by themselves; what holds for them holds for the table that they are parts of. */
const OURS = `from pg_class r where r.relnamespace = 'public'::regnamespace and not r.relispartition`

const RELATIONS = `select r.relname as relation,
    concat_ws(' ', case r.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view'
      when 'S' then 'sequence' else r.relkind::text end, pg_get_partkeydef(r.oid), case when r.relrowsecurity then 'with row security' end) as kind
  ${OURS} and r.relkind in ('r', 'p', 'v', 'm', 'S')`

const COLUMNS = `select r.relname as relation, a.attname as "column", format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "isNotNull",
    nullif(concat_ws(' ', 'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''),
      pg_get_expr(d.adbin, d.adrelid)), '') as fallback
  from pg_attribute a join (select r.* ${OURS} and r.relkind in ('r', 'p', 'v', 'm')) r on r.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped`

const COLUMN_NAMES = (places: string): string =>
  `array(select a.attname::text from pg_attribute a where a.attrelid = r.oid and a.attnum = any (${places}) order by 1)`

/** Not whether a column may be empty: that is told of the column. */
const CONSTRAINTS = `select r.relname as relation, c.conname as name, pg_get_constraintdef(c.oid) as definition,
    c.contype in ('p', 'u', 'x') as "isUnique", ${COLUMN_NAMES('c.conkey')} as columns
  from pg_constraint c join (select r.* ${OURS}) r on r.oid = c.conrelid where c.contype in ('c', 'f', 'p', 'u', 'x')`

/** An expression is of no column: it is told as any other. */
const UNIQUE_INDEXES = `select r.relname as relation, n.relname as name, pg_get_indexdef(i.indexrelid) as definition, true as "isUnique",
    ${COLUMN_NAMES('i.indkey')} as columns
  from pg_index i join pg_class n on n.oid = i.indexrelid join (select r.* ${OURS}) r on r.oid = i.indrelid
  where i.indisunique and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`

const TRIGGERS = `select r.relname as relation, t.tgname as name, pg_get_triggerdef(t.oid) as definition
  from pg_trigger t join (select r.* ${OURS}) r on r.oid = t.tgrelid where not t.tgisinternal`

const ROUTINES = `select p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as signature,
    concat_ws(' ', p.prokind, pg_get_function_result(p.oid), pg_get_expr(p.proargdefaults, 0)) as result
  from pg_proc p where p.pronamespace = 'public'::regnamespace`

const LABELS = `select t.typname as type, e.enumlabel as label from pg_enum e join pg_type t on t.oid = e.enumtypid
  where t.typnamespace = 'public'::regnamespace`

/** Reads it as it stands, also within a transaction. */
export async function readSchema(client: Pick<pg.Client, 'query'>): Promise<Schema> {
  const read = async <Row extends z.ZodType>(row: Row, query: string): Promise<z.infer<Row>[]> =>
    z.array(row).parse((await client.query(query)).rows)
  return {
    relations: await read(Relation, RELATIONS),
    columns: await read(Column, COLUMNS),
    rules: [...(await read(Rule, CONSTRAINTS)), ...(await read(Rule, UNIQUE_INDEXES))],
    triggers: await read(Trigger, TRIGGERS),
    routines: await read(Routine, ROUTINES),
    labels: await read(Label, LABELS),
  }
}
