import { assessHealth } from '#domain/client/assess-health.ts'
import type { SuccessFigures, SuccessTimeline } from '#domain/client/success.ts'
import { planSuccess } from '#domain/client/success-plan.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import { readHealthRows } from './assess-client.ts'
import { readingBeside, readPeers, readQuartiles, type SuccessNeeds } from './read-success-facts.ts'

export interface SuccessWish {
  readonly timeline: SuccessTimeline
  /** Empty: derived from what is weakest. */
  readonly goals: readonly string[]
}

/** A success plan for a client by its exact id; NOT_FOUND when the principal sees no such client. */
export async function planClientSuccess(
  needs: SuccessNeeds,
  principal: Principal,
  { id, timeline, goals }: SuccessWish & { readonly id: string },
): Promise<SkillOutcome<SuccessFigures>> {
  const rows = await readHealthRows(needs, principal, id)
  const beside = await readingBeside(needs, async (handle) => ({
    peers: await readPeers(handle, principal, { needs, rows }),
    arrQuartiles: await readQuartiles(handle, principal, rows),
  }))
  const result = planSuccess({ rows, assessment: assessHealth(rows), timeline, goals, ...beside })
  return { kind: 'result', result }
}
