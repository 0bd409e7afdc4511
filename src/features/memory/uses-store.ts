import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** Marks what turns used, of turns and memories that are still there; answers the memories of the marks that are new. */
export async function insertUses(
  handle: Handle,
  uses: readonly { readonly turnId: string; readonly memoryId: string }[],
  at: Date,
): Promise<string[]> {
  const rows = await handle.rows(
    z.object({ id: z.string() }),
    sql`insert into memory_uses (turn_id, memory_id, at)
      select distinct u.turn_id, u.memory_id, ${at}::timestamptz
      from unnest(${uses.map((use) => use.turnId)}::uuid[], ${uses.map((use) => use.memoryId)}::uuid[]) as u (turn_id, memory_id)
        join turns t on t.id = u.turn_id join memories m on m.id = u.memory_id
      on conflict do nothing returning memory_id as id`,
  )
  return rows.map((row) => row.id)
}

const StrengthRow = z.object({
  id: z.string(),
  kind: z.enum(['fact', 'episode', 'procedure']),
  strength: z.number(),
  strengthAt: z.date(),
  isPinned: z.boolean(),
})

export function selectStrengths(handle: Handle, ids: readonly string[]): Promise<z.infer<typeof StrengthRow>[]> {
  return handle.rows(
    StrengthRow,
    sql`select id, kind, strength, strength_at as "strengthAt", is_pinned as "isPinned" from memories
      where id = any(${ids}::uuid[]) order by id for update`,
  )
}
