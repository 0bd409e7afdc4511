import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { listClientDealRows } from './deal-board-store.ts'
import { findDealDay } from './deals-store.ts'
import { presentDeal } from './present-deal.ts'

/** A client's deals that the principal sees, as the contract shows them; none for a client out of sight. */
export function listDealsOfClient(
  needs: { readonly database: Database; readonly clock: Clock },
  { visible }: Principal,
  clientId: string,
) {
  return needs.database.read(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    return (await listClientDealRows(handle, clientId, { visible, asOf })).map(presentDeal)
  })
}
