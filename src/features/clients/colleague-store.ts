import { z } from 'zod'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** The one rep or client-success manager in sight whose name holds the text; undefined when none or several do. */
export async function findColleague(handle: Handle, visible: VisibleReps, text: string): Promise<string | undefined> {
  const inSight = visible.kind === 'all' ? sql`true` : sql`r.id = any(${visible.repIds}::text[])`
  const rows = await handle.rows(
    z.object({ name: z.string() }),
    sql`select r.name from reps r where ${inSight} and strpos(lower(r.name), ${text.trim().toLowerCase()}) > 0 order by r.id limit 2`,
  )
  return rows.length === 1 ? rows[0]?.name : undefined
}
