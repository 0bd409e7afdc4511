import { z } from 'zod'
import { addDays } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleClients } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { ClientScope } from './clients-store.ts'

const RenewingRow = z.object({ renewing: z.int(), dated: z.int() })

/** Clients in sight that renew on the day or within so many days of it, and how many have a renewal day at all. */
export async function countRenewing(
  handle: Handle,
  { visible, asOf }: ClientScope,
  days: number,
): Promise<z.infer<typeof RenewingRow>> {
  const row = await handle.first(
    RenewingRow,
    sql`select (count(*) filter (where c.renewal_on between ${asOf}::date and ${addDays(asOf, days)}::date))::int as renewing,
        count(c.renewal_on)::int as dated
      from clients c where ${visibleClients(visible)}`,
  )
  return row ?? { renewing: 0, dated: 0 }
}
