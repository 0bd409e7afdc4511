import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { assessDealRisk } from '#domain/deal/assess-deal-risk.ts'
import { describeDealRisk } from '#domain/deal/describe-deal-risk.ts'
import type { DealRiskFigures } from '#domain/deal/risk.ts'
import { SophiaError } from '#domain/errors.ts'
import type { RememberedFact } from '#domain/memory/slots.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Database } from '#platform/postgres/database.ts'
import { listRiskFacts } from './deal-risk-store.ts'
import type { DealYardsticks } from './deal-yardsticks-store.ts'
import { findDealDay } from './deals-store.ts'
import { resolveDeal } from './resolve-deal.ts'

export const CoachDealInput = z.strictObject({
  deal: z.string().trim().min(1).max(300).describe('The deal: its id, its name, or words of its name or client.'),
})
export type CoachDealInput = z.infer<typeof CoachDealInput>

/** The deals room's view of what is remembered. */
export interface DealMemory {
  /** Private and shared facts that the principal may know, by deal. */
  readonly recallFacts?: (
    principal: Principal,
    kind: 'deal' | 'client',
    ids: readonly string[],
  ) => Promise<ReadonlyMap<string, readonly RememberedFact[]>>
  /** Facts that everybody who sees the deal may know. */
  readonly sharedFacts?: (
    kind: 'deal' | 'client',
    ids: readonly string[],
  ) => Promise<ReadonlyMap<string, readonly RememberedFact[]>>
}

/** What the deals in sight say together, a few seconds old at most: many questions hold one deal against it. */
export interface Yardsticks {
  readonly yardsticksOf: (principal: Principal) => Promise<DealYardsticks>
}

interface Needs extends DealMemory, Yardsticks {
  readonly database: Database
  readonly clock: Clock
}

/** Risk signals, level and chance of one deal, found by id or name among those the principal sees. */
export async function coachDeal(
  needs: Needs,
  principal: Principal,
  input: CoachDealInput,
): Promise<SkillOutcome<DealRiskFigures>> {
  const found = await needs.database.read((handle) =>
    resolveDeal(handle, principal.visible, { text: input.deal, use: 'read' }),
  )
  return found.kind === 'found' ? assessDeal(needs, principal, found.id) : found
}

/** The same for an exact id; NOT_FOUND when the principal sees no such deal. */
export async function assessDeal(
  needs: Needs,
  principal: Principal,
  id: string,
): Promise<SkillOutcome<DealRiskFigures>> {
  const { visible } = principal
  // Before the transaction: both need a connection of their own, and a full pool would wait for itself.
  const remembered = (await needs.recallFacts?.(principal, 'deal', [id])) ?? new Map()
  const yardsticks = await needs.yardsticksOf(principal)
  return needs.database.inSnapshot(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const [facts] = await listRiskFacts(handle, [id], { visible, asOf, yardsticks, remembered })
    if (facts === undefined) throw new SophiaError('NOT_FOUND')
    const { calibration } = yardsticks
    return { kind: 'result', result: describeDealRisk(assessDealRisk({ ...facts, calibration }), asOf) }
  })
}
