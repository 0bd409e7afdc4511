import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { ownRepOf } from '#domain/home/home-view.ts'
import type { ClientMoved, Found, RenewalAhead, StuckPayment } from '#domain/home/sections.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { findClientDay } from './clients-store.ts'
import { findMovedClients } from './home-client-moves.ts'
import type { HomeClientScope } from './home-clients-store.ts'
import { findStuckPayments } from './home-payments.ts'
import { findRenewalsAhead } from './home-renewals.ts'

/** What the clients room finds for home pages, each within the principal's row scope. */
export interface HomeClientFinders {
  listMoved(principal: Principal): Promise<Found<ClientMoved>>
  listRenewals(principal: Principal): Promise<Found<RenewalAhead>>
  listStuckPayments(principal: Principal): Promise<Found<StuckPayment>>
}

export function createHomeClientFinders(needs: {
  readonly database: Database
  readonly clock: Clock
}): HomeClientFinders {
  const finding =
    <Row>(find: (handle: Handle, scope: HomeClientScope) => Promise<Found<Row>>) =>
    (principal: Principal): Promise<Found<Row>> =>
      needs.database.inSnapshot(async (handle) => {
        const today = dayOf(needs.clock.now())
        const asOf = await findClientDay(handle, today)
        return find(handle, { visible: principal.visible, ownRepId: ownRepOf(principal), asOf, today })
      })
  return {
    listMoved: finding(findMovedClients),
    listRenewals: finding(findRenewalsAhead),
    listStuckPayments: finding(findStuckPayments),
  }
}
