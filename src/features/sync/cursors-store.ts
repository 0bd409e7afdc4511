import { z } from 'zod'
import type { Cursor } from '#domain/sync/next-pass.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  readName: z.string(),
  pass: z.int(),
  isOpen: z.boolean(),
  isFull: z.boolean(),
  since: z.date().nullable(),
  after: z.string().nullable(),
  beganAt: z.date().nullable(),
  nextSince: z.date().nullable(),
  fullAt: z.date().nullable(),
})

export function findCursor(handle: Handle, syncId: string, readName: string): Promise<Cursor | undefined> {
  return handle.first(
    Row,
    sql`select read_name as "readName", pass, is_open as "isOpen", is_full as "isFull", since, after, began_at as "beganAt",
        next_since as "nextSince", full_at as "fullAt" from sync_cursors where sync_id = ${syncId} and read_name = ${readName}`,
  )
}

export async function saveCursor(handle: Handle, syncId: string, cursor: Cursor): Promise<void> {
  const { readName, pass, isOpen, isFull, since, after, beganAt, nextSince, fullAt } = cursor
  await handle.run(
    sql`insert into sync_cursors (sync_id, read_name, pass, is_open, is_full, since, after, began_at, next_since, full_at)
      values (${syncId}, ${readName}, ${pass}, ${isOpen}, ${isFull}, ${since}, ${after}, ${beganAt}, ${nextSince}, ${fullAt})
      on conflict (sync_id, read_name) do update set pass = excluded.pass, is_open = excluded.is_open, is_full = excluded.is_full,
        since = excluded.since, after = excluded.after, began_at = excluded.began_at, next_since = excluded.next_since,
        full_at = excluded.full_at`,
  )
}

/** Everything is read anew from its beginning. */
export async function forgetCursors(handle: Handle, syncId: string): Promise<void> {
  await handle.run(
    sql`update sync_cursors set is_open = false, after = null, next_since = null, full_at = null where sync_id = ${syncId}`,
  )
}
