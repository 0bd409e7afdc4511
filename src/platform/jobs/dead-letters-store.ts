import { z } from 'zod'
import { afterCursor, encodeCursor, keysetOrder, type Keyset } from '#platform/postgres/keyset.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** Where jobs go that failed for the last time. */
export const DEAD_LETTERS = 'dead-letters'

/** A job that nobody tries any more; its payload is not told, for it may hold what members wrote. */
export interface DeadJob {
  readonly id: string
  /** The kind of job. */
  readonly name: string
  readonly sentAt: Date
  readonly failedAt: Date
  readonly tries: number
  /** Of the error catalogue; null when the last try ended without a word. */
  readonly code: string | null
}

const NEWEST: Keyset = {
  sort: 'failed',
  direction: 'desc',
  key: sql`(extract(epoch from created_on) * 1000000)::int8`,
  id: sql`id::text`,
  type: 'int8',
}

const DeadRow = z
  .object({
    id: z.string(),
    source_name: z.string(),
    source_created_on: z.date(),
    created_on: z.date(),
    source_retry_count: z.int(),
    code: z.string().nullable(),
    key: z.string(),
  })
  .transform((row) => ({
    job: {
      id: row.id,
      name: row.source_name,
      sentAt: row.source_created_on,
      failedAt: row.created_on,
      tries: row.source_retry_count + 1,
      code: row.code,
    },
    key: row.key,
  }))

/** Newest first. */
export async function selectDeadJobs(
  handle: Handle,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: DeadJob[]; nextCursor: string | null }> {
  const rows = await handle.rows(
    DeadRow,
    sql`select id, source_name, source_created_on, created_on, source_retry_count, source_output ->> 'code' as code, ${NEWEST.key}::text as key
      from pgboss.job where name = ${DEAD_LETTERS} and source_name is not null and ${afterCursor(NEWEST, page.cursor)}
      order by ${keysetOrder(NEWEST)} limit ${page.limit + 1}`,
  )
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const nextCursor = rows.length > page.limit && last ? encodeCursor(NEWEST, { key: last.key, id: last.job.id }) : null
  return { items: shown.map(({ job }) => job), nextCursor }
}

/** Whether one with this key waits, is at work, or failed for the last time and was neither sent again nor discarded. */
export async function hasJob(
  handle: Handle,
  { name, key }: { readonly name: string; readonly key: string },
): Promise<boolean> {
  const row = await handle.first(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from pgboss.job where name = ${name} and singleton_key = ${key} and state < 'completed')
      or exists (select 1 from pgboss.job where name = ${DEAD_LETTERS} and source_name = ${name} and singleton_key = ${key}) as found`,
  )
  return row?.found ?? false
}

const Taken = z.object({
  source_name: z.string(),
  data: z.looseObject({}).nullable(),
  singleton_key: z.string().nullable(),
})

/** Takes one out of the list, with what it would be sent again with; undefined when it is not there. */
export function takeDeadJob(handle: Handle, id: string): Promise<z.infer<typeof Taken> | undefined> {
  return handle.first(
    Taken,
    sql`delete from pgboss.job where name = ${DEAD_LETTERS} and id = ${id} and source_name is not null
      returning source_name, data, singleton_key`,
  )
}
