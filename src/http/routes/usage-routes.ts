import { BudgetChange, Budgets as BudgetsShape, UsageQuery, UsageReport } from '#contract/access.ts'
import type { Access } from '#features/access/index.ts'
import type { Budgets } from '#features/budgets/index.ts'
import { defineRoute, type Route } from '../route.ts'

export interface UsageNeeds {
  readonly budgets: Pick<Budgets, 'reportUsage' | 'readBudgets' | 'changeBudgets'>
  readonly access: Pick<Access, 'recordAudit'>
}

/** Tokens, money and the caps on them. */
export function usageRoutes({ budgets, access }: UsageNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/usage',
        summary: 'Tokens and money by day, member, persona and model: own, or all for whoever may read it',
        access: 'usage:read-own',
        query: UsageQuery,
        response: UsageReport,
      },
      async ({ principal, query }) => budgets.reportUsage(principal, query.days),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/budgets',
        summary: 'Daily caps with what is spent and held back',
        access: 'usage:read',
        response: BudgetsShape,
      },
      async () => budgets.readBudgets(),
    ),
    defineRoute(
      {
        method: 'PUT',
        path: '/api/budgets',
        summary: 'Set the daily caps; null goes back to the settings',
        access: 'budget:manage',
        body: BudgetChange,
        response: BudgetsShape,
      },
      async ({ principal, body, correlationId }) => {
        const changed = await budgets.changeBudgets(body)
        await access.recordAudit({ principal, action: 'budget.change', detail: body, correlationId })
        return changed
      },
    ),
  ]
}
