import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** What the database's clock says: the one by which processes judge each other, whose own may differ. */
export async function readMoment(handle: Handle): Promise<Date> {
  const [row] = await handle.rows(z.object({ at: z.date() }), sql`select clock_timestamp() as at`)
  if (!row) throw new Error('The database does not say what time it is')
  return row.at
}
