import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { sql, toStatement, type Sql } from '#platform/postgres/sql.ts'

/** The same database, with every statement noted as it is sent: none can be forgotten in a list. */
export function recording(inner: Database, noted: Sql[]): Database {
  const noting = (handle: Handle): Handle => ({
    ...handle,
    rows: (row, query) => (noted.push(query), handle.rows(row, query)),
    first: (row, query) => (noted.push(query), handle.first(row, query)),
    run: (query) => (noted.push(query), handle.run(query)),
  })
  return {
    ...inner,
    read: (work) => inner.read((handle) => work(noting(handle))),
    inTransaction: (work, options) => inner.inTransaction((handle) => work(noting(handle)), options),
    inSnapshot: (work) =>
      inner.inSnapshot((snapshot) =>
        work({
          ...noting(snapshot),
          both: (one, other) =>
            snapshot.both(
              (handle) => one(noting(handle)),
              (handle) => other(noting(handle)),
            ),
        }),
      ),
  }
}

/** Tables that PostgreSQL would read whole for the statement. Nothing is done by asking. */
export async function tablesReadWhole(database: Database, query: Sql): Promise<string[]> {
  const { text, values } = toStatement(query)
  const plan = await database.read(({ client }) => client.query(`explain ${text}`, [...values]))
  const lines = z.array(z.object({ 'QUERY PLAN': z.string() })).parse(plan.rows)
  return lines.flatMap((line) => /Seq Scan on (\w+)/.exec(line['QUERY PLAN'])?.[1] ?? [])
}

/** Tables and partitions with so many rows or more, by the server's own statistics. */
export async function tablesWith(database: Database, rows: number): Promise<string[]> {
  const large = sql`select relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' and c.reltuples >= ${rows}`
  const found = await database.read((handle) => handle.rows(z.object({ name: z.string() }), large))
  return found.map(({ name }) => name)
}

interface PlanRule {
  readonly database: Database
  readonly noted: readonly Sql[]
  /** Those that may not be read whole. */
  readonly large: readonly string[]
}

/** Statements that would read one of these tables whole, each once; locks, settings and the like have no plan. */
async function findLargeScans({
  database,
  noted,
  large,
}: PlanRule): Promise<{ readonly text: string; readonly tables: readonly string[] }[]> {
  const planned = new Map(noted.map((query) => [toStatement(query).text, query]))
  const found: { text: string; tables: string[] }[] = []
  for (const [text, query] of planned) {
    if (!/^\s*(with|select|insert|update|delete)\b/i.test(text)) continue
    const tables = (await tablesReadWhole(database, query)).filter((table) => large.includes(table))
    if (tables.length > 0) found.push({ text, tables })
  }
  return found
}

/** Holds the plan of each statement against the rule. */
export async function assertNoLargeScan(what: string, rule: PlanRule): Promise<void> {
  assert.ok(rule.noted.length > 0, `${what} asked nothing`)
  assert.deepEqual(await findLargeScans(rule), [], what)
}
