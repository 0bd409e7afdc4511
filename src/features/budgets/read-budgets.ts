import type { Budgets } from '#contract/access.ts'
import { dayOf } from '#domain/day.ts'
import type { Money } from '#domain/money.ts'
import { findCaps, type BudgetNeeds } from './budget-needs.ts'
import { sumDay } from './budgets-store.ts'

/** The caps in force with what is spent and held back today. */
export async function readBudgets(needs: BudgetNeeds): Promise<Budgets> {
  const now = needs.clock.now()
  return needs.database.read(async (handle) => {
    const caps = await findCaps(needs, handle, null)
    const totals = await sumDay(handle, { day: dayOf(now), memberId: null, now })
    return {
      deploymentDaily: dollarsOrNull(caps.deploymentMicros),
      memberDaily: dollarsOrNull(caps.memberMicros),
      spentToday: dollars(totals.deploymentSpent),
      reservedNow: dollars(totals.deploymentReserved),
    }
  })
}

/** A member's own cap and what they spent today. */
export async function readMemberLimits(
  needs: BudgetNeeds,
  memberId: string,
): Promise<{ dailyBudget: Money | null; spentToday: Money }> {
  const now = needs.clock.now()
  return needs.database.read(async (handle) => {
    const caps = await findCaps(needs, handle, memberId)
    const totals = await sumDay(handle, { day: dayOf(now), memberId, now })
    return { dailyBudget: dollarsOrNull(caps.memberMicros), spentToday: dollars(totals.memberSpent) }
  })
}

function dollars(amountMicros: number): Money {
  return { amountMicros, currency: 'USD' }
}

function dollarsOrNull(amountMicros: number | null): Money | null {
  return amountMicros === null ? null : dollars(amountMicros)
}
