import type { UsageReport } from '#contract/access.ts'
import { addDays, dayOf } from '#domain/day.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { BudgetNeeds } from './budget-needs.ts'
import { selectUsage, sumUsage } from './usage-store.ts'

/** Tokens and money of the last `days` days with today, in UTC: everybody's for whoever may read it, else one's own. */
export async function reportUsage(needs: BudgetNeeds, principal: Principal, days: number): Promise<UsageReport> {
  const to = dayOf(needs.clock.now())
  const range = { from: addDays(to, 1 - days), to, memberId: can(principal, 'usage:read') ? null : principal.memberId }
  return needs.database.inSnapshot(async (handle) => ({
    from: range.from,
    to,
    rows: await selectUsage(handle, range),
    total: await sumUsage(handle, range),
  }))
}
