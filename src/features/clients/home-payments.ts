import { countOf } from '#domain/figure-text.ts'
import type { Found, StuckPayment } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { countHomeInvoices, listUnpaid, type HomeClientScope } from './home-clients-store.ts'

/** Clients with invoices past their due day. */
export async function findStuckPayments(handle: Handle, scope: HomeClientScope): Promise<Found<StuckPayment>> {
  const rows = await listUnpaid(handle, scope)
  const { has, old } = await countHomeInvoices(handle, scope)
  return {
    asOf: scope.asOf,
    rows: rows.map(({ amountMicros, currency, total: _total, ...row }) => ({
      ...row,
      amount: amountMicros === null ? null : { amountMicros, currency },
    })),
    total: rows[0]?.total ?? 0,
    lookedAt: has ? 1 : 0,
    missing:
      old === 0
        ? []
        : [
            `${countOf(old, 'unpaid invoice')} fell due more than 180 days ago: settle or write off, not shown as urgent.`,
          ],
  }
}
