import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { listDealContacts, listDealHistory } from './deal-history-store.ts'
import { findDealDay, findDealDetail } from './deals-store.ts'
import { presentDeal } from './present-deal.ts'

/** One deal with its people and history; NOT_FOUND when the principal sees no such deal. */
export function getDeal(
  needs: { readonly database: Database; readonly clock: Clock },
  principal: Principal,
  id: string,
) {
  return needs.database.read(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const row = await findDealDetail(handle, id, { visible: principal.visible, asOf })
    if (row === undefined) throw new SophiaError('NOT_FOUND')
    const { champion, economicBuyer, decisionCriteria, timeline, competitor, lostReason, pushedCount } = row
    return {
      ...presentDeal(row),
      asOf,
      champion,
      economicBuyer,
      decisionCriteria,
      timeline,
      competitor,
      lostReason,
      pushedCount,
      listPrice:
        row.listPriceMicros === null
          ? null
          : { amountMicros: row.listPriceMicros, currency: row.listPriceCurrency ?? 'USD' },
      contacts: await listDealContacts(handle, row.clientId),
      history: await listDealHistory(handle, id, asOf),
    }
  })
}
