import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** When this deployment began: its first migration. */
export async function findBegun(handle: Handle): Promise<Date | null> {
  const row = await handle.first(
    z.object({ at: z.date().nullable() }),
    sql`select min(applied_at) as at from schema_migrations`,
  )
  return row?.at ?? null
}
