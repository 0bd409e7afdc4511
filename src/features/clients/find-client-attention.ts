import { assessHealth } from '#domain/client/assess-health.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { countOf } from '#domain/figure-text.ts'
import type { Attention, HeadlineFigure } from '#domain/home/attention.ts'
import { formatMoney } from '#domain/money.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import * as candidates from './client-candidates.ts'
import {
  countOldInvoices,
  listChampionsGone,
  listOverdueInvoices,
  listRenewals,
  listSilentClients,
  listUsageDrops,
  type ClientAttentionRow,
} from './client-attention-store.ts'
import { findClientDay } from './clients-store.ts'
import { listHealthRows } from './health-store.ts'

/** What the principal's clients contribute to the home page. */
export function findClientAttention(
  needs: { readonly database: Database; readonly clock: Clock },
  principal: Principal,
): Promise<Attention> {
  return needs.database.inSnapshot(async (handle) => {
    const today = dayOf(needs.clock.now())
    const asOf = await findClientDay(handle, today)
    const scope = { visible: principal.visible, asOf, today }
    const renewals = await listRenewals(handle, scope)
    const rows = await listHealthRows(
      handle,
      renewals.map((row) => row.id),
      scope,
    )
    const health = new Map(rows.map((found) => [found.client.id, assessHealth(found).figures]))
    const overdue = await listOverdueInvoices(handle, scope)
    const oldInvoices = await countOldInvoices(handle, scope)
    return {
      asOf,
      candidates: [
        ...renewals.flatMap((row) => candidates.renewalAtRisk(row, health.get(row.id))),
        ...overdue.map(candidates.overdueInvoices),
        ...(await listChampionsGone(handle, scope)).map(candidates.championGone),
        ...(await listUsageDrops(handle, scope)).map(candidates.usageDrop),
        ...(await listSilentClients(handle, scope)).map(candidates.silentClient),
      ],
      figures: renewalFigure(renewals),
      caveats:
        oldInvoices === 0
          ? []
          : [
              `${countOf(oldInvoices, 'unpaid invoice')} fell due more than 180 days ago: settle or write off, they are not shown as urgent.`,
            ],
    }
  })
}

function renewalFigure(renewals: readonly ClientAttentionRow[]): HeadlineFigure[] {
  const [first] = renewals
  if (first === undefined) return []
  const valued = renewals.filter((row) => row.amountMicros !== null && row.currency === first.currency)
  const sum = valued.reduce((total, row) => total + (row.amountMicros ?? 0), 0)
  const missing = renewals.length - valued.length
  const note = `${countOf(renewals.length, 'client')}${missing > 0 ? `, ${missing} without a known amount not counted` : ''}`
  return [
    {
      label: 'Renewals in 90 days',
      value:
        valued.length === 0
          ? countOf(renewals.length, 'client')
          : formatMoney({ amountMicros: sum, currency: first.currency }),
      note,
      open: '/clients?sort=renewalOn&order=asc',
    },
  ]
}
