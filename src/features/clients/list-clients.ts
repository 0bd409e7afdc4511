import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { findClientDay, listClientRows, listWeeklyScores, type ClientListQuery } from './clients-store.ts'
import { presentClient } from './present-client.ts'

/** One page of the clients the principal sees. */
export function listClients(
  needs: { readonly database: Database; readonly clock: Clock },
  principal: Principal,
  query: ClientListQuery,
) {
  return needs.database.read(async (handle) => {
    const asOf = await findClientDay(handle, dayOf(needs.clock.now()))
    const { rows, total, nextCursor } = await listClientRows(handle, query, { visible: principal.visible, asOf })
    const ids = rows.map((row) => row.id)
    const weekly = await listWeeklyScores(handle, ids, asOf)
    return { items: rows.map((row) => presentClient(row, weekly)), nextCursor, asOf, total }
  })
}
