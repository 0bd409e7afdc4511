import { assessHealth } from '#domain/client/assess-health.ts'
import { describeHealth } from '#domain/client/describe-health.ts'
import type { ChurnFigures } from '#domain/client/churn.ts'
import type { HealthFigures } from '#domain/client/health.ts'
import type { HealthRows } from '#domain/client/health-rows.ts'
import { predictChurn } from '#domain/client/predict-churn.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { ClientNeeds } from './client-needs.ts'
import { findClientDay } from './clients-store.ts'
import { listHealthRows } from './health-store.ts'

/** The health of a client by its exact id; NOT_FOUND when the principal sees no such client. */
export async function assessClient(
  needs: ClientNeeds,
  principal: Principal,
  id: string,
): Promise<SkillOutcome<HealthFigures>> {
  const rows = await readHealthRows(needs, principal, id)
  return { kind: 'result', result: describeHealth(assessHealth(rows), rows.days.clients) }
}

/** The churn risk of a client by its exact id; NOT_FOUND when the principal sees no such client. */
export async function predictClientChurn(
  needs: ClientNeeds,
  principal: Principal,
  id: string,
): Promise<SkillOutcome<ChurnFigures>> {
  return { kind: 'result', result: predictChurn(await readHealthRows(needs, principal, id)) }
}

/** One client's rows with what the principal may know of it; NOT_FOUND when it is out of sight. */
export async function readHealthRows(needs: ClientNeeds, principal: Principal, id: string): Promise<HealthRows> {
  const rows = await needs.database.inSnapshot(async (handle) => {
    const today = dayOf(needs.clock.now())
    const asOf = await findClientDay(handle, today)
    const [found] = await listHealthRows(handle, [id], { visible: principal.visible, asOf, today })
    if (found === undefined) throw new SophiaError('NOT_FOUND')
    return found
  })
  // Asked for after the rows: only who sees the client may know what is remembered of it.
  const facts = await needs.recallFacts?.(principal, 'client', [id])
  return { ...rows, facts: facts?.get(id) ?? [] }
}
