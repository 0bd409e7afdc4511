import { z } from 'zod'
import { PORTFOLIO_FOCUSES } from '#domain/client/portfolio.ts'
import type { Principal } from '#domain/permission.ts'
import type { Skill, SkillOutcome } from '#domain/skill.ts'
import { defineSkill } from '#platform/skills/define-skill.ts'
import { assessClient, predictClientChurn } from './assess-client.ts'
import type { ClientNeeds } from './client-needs.ts'
import { forecastRenewals } from './forecast-renewals.ts'
import { resolveClient } from './resolve-client.ts'
import { reviewPortfolio } from './review-portfolio.ts'

const ClientInput = z.strictObject({
  client: z.string().trim().min(1).max(300).describe('The client: its id, its name, or words of its name.'),
})
const Name = z.string().trim().min(1).max(200)
const narrowing = {
  segment: Name.optional().describe('Only clients of this segment or industry.'),
  csm: Name.optional().describe('Only clients of this client-success manager: name or id.'),
}
const PortfolioInput = z.strictObject({
  ...narrowing,
  focus: z
    .enum(PORTFOLIO_FOCUSES)
    .optional()
    .describe('moves: who moved in 30 days; payments: who owes and who pays later and later; overview: all of it.'),
})
const RenewalsInput = z.strictObject({
  ...narrowing,
  months: z.int().min(1).max(12).optional().describe('Months ahead, the current one included; 6 unless told.'),
})

/** What Sarah reads of clients and portfolios, as skills. */
export function createClientSkills(needs: ClientNeeds): Skill[] {
  return [
    defineSkill(ClientInput, {
      name: 'assess-health',
      title: 'Assess client health',
      description:
        "One client's health from 0 to 100 out of usage, engagement, support, payments and relationship, with what drives it, its trend and what is missing. Give the client by name or id.",
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => forClient(needs, call.principal, { text: input.client, run: assessClient }),
    }),
    defineSkill(ClientInput, {
      name: 'predict-churn',
      title: 'Judge churn risk',
      description:
        'How likely one client is to leave, as points with the reasons now: falling use, escalations, people who left, a near renewal, late payments, silence, competitors; and what would lower it. Give the client by name or id.',
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => forClient(needs, call.principal, { text: input.client, run: predictClientChurn }),
    }),
    defineSkill(PortfolioInput, {
      name: 'review-portfolio',
      title: 'Review the client portfolio',
      description:
        'All clients together: who moved in 30 days and why, health bands by count and money, revenue at risk, silent clients, unpaid invoices by age and who pays later and later, clients above their licence, and clients without data.',
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => reviewPortfolio(needs, call.principal, input),
    }),
    defineSkill(RenewalsInput, {
      name: 'forecast-renewals',
      title: 'Forecast renewals',
      description:
        'Renewals ahead by month: commit, best case, at risk and unknown, with amounts and the reason for each; renewals that are past due are named. Use it for "which renewal worries you most".',
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => forecastRenewals(needs, call.principal, input),
    }),
  ]
}

interface ClientRun {
  readonly text: string
  readonly run: (needs: ClientNeeds, principal: Principal, id: string) => Promise<SkillOutcome>
}

/** Runs for the one client a text means, or asks which. */
async function forClient(needs: ClientNeeds, principal: Principal, { text, run }: ClientRun): Promise<SkillOutcome> {
  const client = await resolveClient(needs, principal, text)
  return client.kind === 'found' ? run(needs, principal, client.id) : client
}
