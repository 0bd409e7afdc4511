import { z } from 'zod'
import { monthStart, type Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'

const ClosingRow = z.object({ closing: z.int(), dated: z.int() })

/** Open deals in sight whose expected close lies in the month of the day, and how many deals have such a day at all. */
export async function countClosing(
  handle: Handle,
  { visible, asOf }: { readonly visible: VisibleReps; readonly asOf: Day },
): Promise<z.infer<typeof ClosingRow>> {
  const row = await handle.first(
    ClosingRow,
    sql`select (count(*) filter (where d.status = 'open' and d.expected_close_on >= ${monthStart(asOf)}::date
          and d.expected_close_on < ${monthStart(asOf, 1)}::date))::int as closing,
        count(d.expected_close_on)::int as dated
      from deals d where ${visibleDeals(visible)}`,
  )
  return row ?? { closing: 0, dated: 0 }
}
