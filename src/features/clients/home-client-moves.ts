import { countOf, formatCount } from '#domain/figure-text.ts'
import type { ClientMoved, Found } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { countHomeClients, listMovedClients, type HomeClientScope } from './home-clients-store.ts'

/** Clients whose health moved within 30 days. */
export async function findMovedClients(handle: Handle, scope: HomeClientScope): Promise<Found<ClientMoved>> {
  const rows = await listMovedClients(handle, scope)
  const { clients, judged, compared } = await countHomeClients(handle, scope)
  return {
    asOf: scope.asOf,
    rows: rows.map(({ arrMicros, currency, total: _total, ...row }) => ({
      ...row,
      arr: arrMicros === null ? null : { amountMicros: arrMicros, currency },
    })),
    total: rows[0]?.total ?? 0,
    lookedAt: compared,
    missing:
      judged < clients
        ? [`The health of ${formatCount(clients - judged)} of ${countOf(clients, 'client')} is not computed yet.`]
        : [],
  }
}
