import { assessPerformance } from '#domain/deal/assess-performance.ts'
import { describePerformance } from '#domain/deal/describe-performance.ts'
import { describeSkillPlan } from '#domain/deal/describe-skill-plan.ts'
import { planSkills as planFor, type SkillPlanFigures } from '#domain/deal/skill-plan.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import { faultSentences, type MethodShelf } from '#platform/methods/method-shelf.ts'
import { listDealsToPractise } from './performance-work-store.ts'
import { resolveRep } from './resolve-rep.ts'
import { readPerformance, ReviewPerformanceInput, type PerformanceNeeds } from './review-performance.ts'

export const PlanSkillsInput = ReviewPerformanceInput

interface Needs extends PerformanceNeeds {
  readonly methods: MethodShelf
}

/** Six weeks of practice for the gaps that the rep's own rows show; none where none stands out. */
export async function planSkills(
  needs: Needs,
  principal: Principal,
  input: ReviewPerformanceInput,
): Promise<SkillOutcome<SkillPlanFigures>> {
  const found = await needs.database.read((handle) => resolveRep(handle, principal.visible, input.rep))
  if (found.kind !== 'found') return found
  const methods = await needs.methods.read()
  return needs.database.inSnapshot(async (handle) => {
    const facts = await readPerformance(handle, needs, { principal, id: found.id })
    const openDeals = await listDealsToPractise(handle, found.id)
    const performance = assessPerformance(facts)
    const plan = planFor(performance, { facts, methods: methods.practices, openDeals })
    const terms = {
      asOf: facts.asOf,
      review: describePerformance(performance, facts),
      faults: faultSentences(methods.faults),
    }
    return { kind: 'result', result: describeSkillPlan(plan, terms) }
  })
}
