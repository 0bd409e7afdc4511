import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { findDealDay } from './deals-store.ts'
import { findCurrencyOfRep } from './pipeline-store.ts'
import { findRepDetail } from './rep-detail-store.ts'

/** One rep with quota and what is open; NOT_FOUND when the principal sees no such rep. */
export function getRep(
  needs: { readonly database: Database; readonly clock: Clock },
  principal: Principal,
  id: string,
) {
  return needs.database.read(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const currency = await findCurrencyOfRep(handle, id)
    const row = await findRepDetail(handle, principal.visible, { id, currency })
    if (row === undefined) throw new SophiaError('NOT_FOUND')
    const { quotaMicros, openMicros, ...rep } = row
    const money = (amountMicros: number | null) => (amountMicros === null ? null : { amountMicros, currency })
    return { ...rep, asOf, quota: money(quotaMicros), openValue: money(openMicros) }
  })
}
