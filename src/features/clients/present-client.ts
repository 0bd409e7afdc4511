import type { ClientRow } from './clients-store.ts'

/** A client as the contract shows it. */
export function presentClient(
  { arrMicros, currency, ...row }: ClientRow,
  weekly: ReadonlyMap<string, readonly (number | null)[]>,
) {
  const { score, band, change30, reason, computedFor } = row
  return {
    id: row.id,
    name: row.name,
    segment: row.segment,
    industry: row.industry,
    region: row.region,
    ownerName: row.ownerName,
    csmName: row.csmName,
    arr: arrMicros === null ? null : { amountMicros: arrMicros, currency },
    renewalOn: row.renewalOn,
    customerSince: row.customerSince,
    employees: row.employees,
    openDeals: row.openDeals,
    lastActivityOn: row.lastActivityOn,
    health:
      computedFor === null || band === null
        ? null
        : { score, band, change30, weekly: [...(weekly.get(row.id) ?? [])], reason, computedFor },
  }
}
