import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  at: z.date(),
  kind: z.enum(['started', 'stopped', 'changed']),
  subject: z.string(),
  replica: z.string(),
})
export type StoredChange = z.infer<typeof Row>

export async function storeChange(handle: Handle, { at, kind, subject, replica }: StoredChange): Promise<void> {
  await handle.run(sql`insert into watch_changes (id, at, kind, subject, replica)
    values (${createId(at.getTime())}, ${at}, ${kind}, ${subject}, ${replica})`)
}

/** By name, a print of what is in force. */
export type InForce = Readonly<Record<string, string>>

/**
 * Notes which of these are others than were known, once over all processes: who comes second finds them known. A name that was not
 * known at all is no change.
 */
export async function noteInForce(
  handle: Handle,
  { prints, at, replica }: { readonly prints: InForce; readonly at: Date; readonly replica: string },
): Promise<void> {
  await handle.run(sql`with other as (
      insert into watch_in_force as known (name, print)
      select key, value from jsonb_each_text(${JSON.stringify(prints)}::jsonb) order by key
      on conflict (name) do update set print = excluded.print where known.print <> excluded.print
      returning name, xmax <> 0 as was_known)
    insert into watch_changes (id, at, kind, subject, replica)
    select gen_random_uuid(), ${at}, 'changed', name, ${replica} from other where was_known`)
}

/** The newest first. */
export function listChanges(
  handle: Handle,
  { from, limit }: { readonly from: Date; readonly limit: number },
): Promise<StoredChange[]> {
  return handle.rows(
    Row,
    sql`select at, kind, subject, replica from watch_changes where at >= ${from} order by at desc, id desc limit ${limit}`,
  )
}

const MigrationRow = z.object({ at: z.date(), version: z.int() })

/** Where the schema went since, by the moment; the newest first. */
export function listMigrations(handle: Handle, from: Date): Promise<z.infer<typeof MigrationRow>[]> {
  return handle.rows(
    MigrationRow,
    sql`select date_trunc('minute', applied_at) as at, max(version) as version from schema_migrations
      where applied_at >= ${from} group by 1 order by 1 desc`,
  )
}

export async function sweepChanges(handle: Handle, now: Date): Promise<void> {
  await handle.run(sql`delete from watch_changes where at < ${now}::timestamptz - interval '90 days'`)
}
