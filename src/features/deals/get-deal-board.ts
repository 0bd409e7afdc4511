import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { countBoard, listBoardDeals, STAGES, type BoardCount, type DealBoardQuery } from './deal-board-store.ts'
import { findDealDay } from './deals-store.ts'
import { presentDeal } from './present-deal.ts'

const PER_STAGE = 50

/** Open deals in sight by stage: counts and sums of all, and each column's first fifty. */
export function getDealBoard(
  needs: { readonly database: Database; readonly clock: Clock },
  { visible }: Principal,
  query: DealBoardQuery,
) {
  return needs.database.inSnapshot(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const counts = await countBoard(handle, query, { visible, asOf })
    const rows = await listBoardDeals(handle, query, { visible, asOf, perStage: PER_STAGE })
    const currency = mainCurrency(counts)
    const columns = STAGES.map((stage) => ({
      stage,
      ...sumsOf(
        counts.filter((count) => count.stage === stage),
        currency,
      ),
      items: rows.filter((row) => row.stage === stage).map(presentDeal),
    }))
    return { asOf, columns }
  })
}

/** The currency most valued deals of the board are in; null when none has a value. */
function mainCurrency(counts: readonly BoardCount[]): string | null {
  const byCurrency = new Map<string, number>()
  for (const { currency, deals } of counts)
    if (currency !== null) byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + deals)
  return [...byCurrency].toSorted(([a, some], [b, more]) => more - some || a.localeCompare(b))[0]?.[0] ?? null
}

function sumsOf(counts: readonly BoardCount[], currency: string | null) {
  const dealsOf = (wanted: readonly BoardCount[]): number => wanted.reduce((sum, count) => sum + count.deals, 0)
  const main = counts.find((count) => count.currency !== null && count.currency === currency)
  return {
    deals: dealsOf(counts),
    atRisk: counts.reduce((sum, count) => sum + count.atRisk, 0),
    total:
      currency === null || main === undefined || main.amountMicros === null
        ? null
        : { amountMicros: main.amountMicros, currency },
    unvaluedDeals: dealsOf(counts.filter((count) => count.currency === null)),
    estimatedDeals: main?.estimatedDeals ?? 0,
    otherCurrencyDeals: dealsOf(counts.filter((count) => count.currency !== null && count.currency !== currency)),
  }
}
