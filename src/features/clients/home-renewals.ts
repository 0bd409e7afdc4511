import { countOf, formatCount } from '#domain/figure-text.ts'
import type { Found, RenewalAhead } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { countHomeClients, listRenewalsAhead, type HomeClientScope } from './home-clients-store.ts'

/** Renewals of the next 90 days with the health they go into. */
export async function findRenewalsAhead(handle: Handle, scope: HomeClientScope): Promise<Found<RenewalAhead>> {
  const rows = await listRenewalsAhead(handle, scope)
  const { clients, dated } = await countHomeClients(handle, scope)
  return {
    asOf: scope.asOf,
    rows: rows.map(({ arrMicros, currency, total: _total, ...row }) => ({
      ...row,
      arr: arrMicros === null ? null : { amountMicros: arrMicros, currency },
    })),
    total: rows[0]?.total ?? 0,
    lookedAt: dated,
    missing:
      dated < clients && dated > 0
        ? [`${formatCount(clients - dated)} of ${countOf(clients, 'client')} have no renewal day.`]
        : [],
  }
}
