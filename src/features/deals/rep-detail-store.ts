import { z } from 'zod'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED } from './deals-store.ts'
import { isRepVisible, RepRow } from './reps-store.ts'

const RepDetailRow = RepRow.extend({
  quotaMicros: z.number().nullable(),
  openDeals: z.int(),
  openMicros: z.number().nullable(),
  clients: z.int(),
})

/** A rep in sight with their open deals and clients; values of other currencies are left out of the sum. */
export async function findRepDetail(
  handle: Handle,
  visible: VisibleReps,
  { id, currency }: { readonly id: string; readonly currency: string },
): Promise<z.infer<typeof RepDetailRow> | undefined> {
  if (!isRepVisible(visible, id)) return undefined
  return handle.first(
    RepDetailRow,
    sql`select rep.id, rep.name, rep.email, rep.kind, rep.manager, rep.region, rep.quota_micros as "quotaMicros",
        open.deals as "openDeals", open.micros as "openMicros",
        (select count(*)::int from clients c where c.owner_rep_id = rep.id or c.csm_rep_id = rep.id) as clients
      from reps rep cross join lateral (
        select count(*)::int as deals, (sum(${DEAL_VALUE}) filter (where ${DEAL_CURRENCY} = ${currency}))::float8 as micros
        from ${DEALS_JOINED} where d.rep_id = rep.id and d.status = 'open') open
      where rep.id = ${id}`,
  )
}
