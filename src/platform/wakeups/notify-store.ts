import type pg from 'pg'
import { z } from 'zod'
import { sql, toStatement, type Sql } from '../postgres/sql.ts'

/** From now on the connection is told what `notifyAll` sends. Answers the number under which others hear from it. */
export async function listenTo(client: pg.Client): Promise<number> {
  await run(client, sql`listen sophia_wakeups`)
  const { rows } = await run(client, sql`select pg_backend_pid() as pid`)
  return z.tuple([z.object({ pid: z.int() })]).parse(rows)[0].pid
}

/** Sends each text, of less than 8000 bytes, to everybody who listens. */
export async function notifyAll(client: pg.Client, texts: readonly string[]): Promise<void> {
  await run(client, sql`select pg_notify('sophia_wakeups', word) from unnest(${texts}::text[]) as words (word)`)
}

/** How many processes listen, the asking one included. */
export async function countListeners(client: pg.Client): Promise<number> {
  const { rows } = await run(
    client,
    sql`select count(*)::int as count from pg_stat_activity
      where application_name = 'sophia wakeups' and datname = current_database()`,
  )
  return z.tuple([z.object({ count: z.int() })]).parse(rows)[0].count
}

function run(client: pg.Client, query: Sql): Promise<pg.QueryResult<unknown[]>> {
  const { text, values } = toStatement(query)
  return client.query(text, [...values])
}
