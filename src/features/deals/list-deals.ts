import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { listDealRows, type DealListQuery } from './deal-list-store.ts'
import { findDealDay } from './deals-store.ts'
import { presentDeal } from './present-deal.ts'

/** One page of the deals the principal sees. */
export function listDeals(
  needs: { readonly database: Database; readonly clock: Clock },
  principal: Principal,
  query: DealListQuery,
) {
  return needs.database.read(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const { rows, total, nextCursor } = await listDealRows(handle, query, { visible: principal.visible, asOf })
    return { items: rows.map(presentDeal), nextCursor, asOf, total }
  })
}
