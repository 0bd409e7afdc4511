import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const DepthRow = z.object({ name: z.string(), waiting: z.int() })

/** How many jobs of each queue are due and were not begun, also where there are none; by an index of what is not done yet. */
export async function selectQueueDepths(handle: Handle): Promise<{ name: string; waiting: number }[]> {
  return handle.rows(
    DepthRow,
    sql`select queue.name, (select count(*)::int4 from pgboss.job
        where job.name = queue.name and job.state < 'active' and job.start_after <= now()) as waiting
      from pgboss.queue`,
  )
}
