import { z } from 'zod'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleClients } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'

const BehindRow = z.object({ behind: z.int(), judged: z.int() })

/**
 * Clients in sight with an unpaid invoice so many days or more past its due day, by their last standing; and how many have
 * invoices to tell it by.
 */
export async function countBehind(
  handle: Handle,
  visible: VisibleReps,
  leastDays: number,
): Promise<z.infer<typeof BehindRow>> {
  const row = await handle.first(
    BehindRow,
    sql`select (count(*) filter (where s.oldest_overdue_days >= ${leastDays}))::int as behind,
        (count(*) filter (where exists (select 1 from invoices i where i.client_id = c.id)))::int as judged
      from clients c join client_standings s on s.client_id = c.id where ${visibleClients(visible)}`,
  )
  return row ?? { behind: 0, judged: 0 }
}
