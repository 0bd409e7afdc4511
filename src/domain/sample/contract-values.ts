import { MICROS } from '../money.ts'
import type { SampleClient } from './clients.ts'
import type { SampleDeal } from './deal-details.ts'

/** What an old client paid for an apartment and year before the 24 months that the sample tells of. */
const EARLIER_PER_UNIT = 21

/**
 * What the client pays in a year, `ago` days before today, in micros: the contract from before the sample's time plus
 * the deals won until that day.
 */
export function contractMicros(client: SampleClient, deals: readonly SampleDeal[], ago: number): number {
  const won = deals.filter(({ client: of, row, closedAgo }) => {
    return of === client && row.stage === 'won' && closedAgo !== null && closedAgo >= ago
  })
  const isOld = (client.entry.sinceAgo ?? 0) > 698
  const base = isOld ? Math.round((client.row.units_managed * EARLIER_PER_UNIT) / 100) * 100 * MICROS : 0
  return won.reduce((sum, { row }) => sum + (row.value_micros ?? 0), base)
}

/** Sets each client's yearly contract value from its deals; who is no client yet keeps none. */
export function setContractValues(clients: readonly SampleClient[], deals: readonly SampleDeal[]): void {
  for (const client of clients) {
    if (client.entry.sinceAgo !== null) client.row.arr_micros = contractMicros(client, deals, 0)
  }
}
