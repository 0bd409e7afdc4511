import { assessHealth } from '#domain/client/assess-health.ts'
import type { InterventionFigures } from '#domain/client/intervention.ts'
import { planIntervention } from '#domain/client/intervention-plan.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import { readHealthRows } from './assess-client.ts'
import { readingBeside, readMethods, readQuartiles, type SuccessNeeds } from './read-success-facts.ts'
import { countInterventions, listContactTitles, listUsagePoints } from './success-store.ts'

/** How to step in at a client by its exact id; NOT_FOUND when the principal sees no such client. */
export async function planClientIntervention(
  needs: SuccessNeeds,
  principal: Principal,
  id: string,
): Promise<SkillOutcome<InterventionFigures>> {
  const rows = await readHealthRows(needs, principal, id)
  const { methods, faults } = await readMethods(needs)
  const beside = await readingBeside(needs, async (handle) => ({
    usage: await listUsagePoints(handle, id, rows.days.usage),
    titles: new Map((await listContactTitles(handle, id)).map((row) => [row.id, row.title])),
    medianArrMicros: (await readQuartiles(handle, principal, rows))?.median ?? null,
    pastInterventions: await countInterventions(handle, principal.visible, rows.days.activities),
  }))
  const result = planIntervention({ rows, assessment: assessHealth(rows), methods, ...beside })
  const notes = faults.map((fault) => `A method file is faulty and not in its newest form: ${fault}`)
  return { kind: 'result', result: { ...result, caveats: [...result.caveats, ...notes] } }
}
