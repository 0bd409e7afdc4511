import type { Budgets } from '#contract/access.ts'
import { MICROS } from '#domain/money.ts'
import type { BudgetNeeds } from './budget-needs.ts'
import { storeCap } from './budgets-store.ts'
import { readBudgets } from './read-budgets.ts'

export interface BudgetChange {
  readonly deploymentDailyUsd: number | null
  readonly memberDailyUsd: number | null
}

/** Sets the caps in dollars per UTC day from now on; null goes back to what the settings say. */
export async function changeBudgets(needs: BudgetNeeds, change: BudgetChange): Promise<Budgets> {
  const now = needs.clock.now()
  await needs.database.inTransaction(async (handle) => {
    await storeCap(handle, 'deployment', { limitMicros: toMicros(change.deploymentDailyUsd), now })
    await storeCap(handle, 'member', { limitMicros: toMicros(change.memberDailyUsd), now })
  })
  return readBudgets(needs)
}

function toMicros(usd: number | null): number | null {
  return usd === null ? null : Math.round(usd * MICROS)
}
