import { z } from 'zod'
import type { Handle } from '../postgres/database.ts'
import { sql } from '../postgres/sql.ts'

const Mark = z.object({ kind: z.string(), mark: z.string(), waiting: z.int() })

/**
 * Of each kind that ever changed: a text that is another after each committed change, and how many marks wait to be folded.
 * The start of the server belongs to it, to the microsecond: a database that was restored elsewhere, set back in time or is
 * another since a failover counts its own. It costs nothing to ask, unlike the server's identifier, which is read from its disk.
 */
export async function readMarks(handle: Handle): Promise<z.infer<typeof Mark>[]> {
  return handle.rows(
    Mark,
    sql`select kind, sum(waiting)::int as waiting,
        concat_ws('.', extract(epoch from pg_postmaster_start_time()), sum(changes), max(last_xid)) as mark
      from (select kind, changes, last_xid, 0 as waiting from data_epochs
        union all select kind, 1, xid, 1 from data_marks) marks group by kind`,
  )
}

/** Marks kinds as changed by this transaction, as the triggers do. */
export async function markKinds(handle: Handle, kinds: readonly string[]): Promise<void> {
  await handle.run(sql`insert into data_marks (kind, xid)
    select kind, pg_current_xact_id()::text::bigint from unnest(${kinds}::text[]) kind on conflict do nothing`)
}

/** Counts marks and removes them: one statement, so every snapshot sees the same sum. Answers of how many kinds. */
export async function foldMarks(handle: Handle): Promise<number> {
  return handle.run(sql`with gone as (delete from data_marks returning kind, xid)
    insert into data_epochs as epochs (kind, changes, last_xid)
      select kind, count(*), max(xid) from gone group by kind order by kind
    on conflict (kind) do update set changes = epochs.changes + excluded.changes,
      last_xid = greatest(epochs.last_xid, excluded.last_xid)`)
}
