import type { Budget } from '#domain/model.ts'
import type { Principal } from '#domain/permission.ts'
import type { BudgetNeeds } from './budget-needs.ts'
import { changeBudgets, type BudgetChange } from './change-budgets.ts'
import { readBudgets, readMemberLimits } from './read-budgets.ts'
import { reportUsage } from './report-usage.ts'
import { reserveBudget } from './reserve-budget.ts'

export type { BudgetNeeds } from './budget-needs.ts'
export { loadPrices } from './load-prices.ts'

/** The ledger of tokens and money, and the daily caps that hold before each call of a model. Days are UTC. */
export function createBudgets(needs: BudgetNeeds) {
  return {
    reserve: (request: Parameters<Budget['reserve']>[0]) => reserveBudget(needs, request),
    reportUsage: (principal: Principal, days: number) => reportUsage(needs, principal, days),
    readBudgets: () => readBudgets(needs),
    changeBudgets: (change: BudgetChange) => changeBudgets(needs, change),
    readMemberLimits: (memberId: string) => readMemberLimits(needs, memberId),
  } satisfies Budget & Record<string, unknown>
}

export type Budgets = ReturnType<typeof createBudgets>
