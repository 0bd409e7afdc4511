import type { Clock } from '#domain/clock.ts'
import type { UsageEntry } from '#domain/model.ts'
import type { PriceTable } from '#domain/price.ts'
import type { Database } from '#platform/postgres/database.ts'
import { findStoredCaps, type Caps } from './budgets-store.ts'
import type { Handle } from '#platform/postgres/database.ts'

export interface BudgetNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly prices: PriceTable
  /** Told of each ledger row, for metrics. */
  readonly onSettled?: ((entry: UsageEntry, costMicros: number | null) => void) | undefined
  /** Caps of the settings in micros of a dollar per UTC day; null: none. What is set on screen goes before them. */
  readonly limits: { readonly deploymentDailyMicros: number | null; readonly memberDailyMicros: number | null }
  /** What becomes of a member's cap just now, by the business calendar. */
  readonly memberCapNow?: ((micros: number) => number) | undefined
}

/** The caps in force: stored ones first, then those of the settings. */
export async function findCaps(needs: BudgetNeeds, handle: Handle, memberId: string | null): Promise<Caps> {
  const stored = await findStoredCaps(handle, memberId)
  const member = stored.member ?? needs.limits.memberDailyMicros
  return {
    deploymentMicros: stored.deployment ?? needs.limits.deploymentDailyMicros,
    memberMicros: member === null ? null : Math.round(needs.memberCapNow?.(member) ?? member),
  }
}
