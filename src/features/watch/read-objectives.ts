import type { SloReport } from '#contract/watch.ts'
import { NOTHING, budgetOf, burnRate, standingOf } from '#domain/objectives/budget.ts'
import {
  OBJECTIVE_IDS,
  WINDOW_DAYS,
  WINDOW_SECONDS,
  objectiveOf,
  type ObjectiveId,
} from '#domain/objectives/objectives.ts'
import { listHistory, sumReplicas, sumSpans } from './counts-store.ts'
import type { ObjectiveNeeds } from './objective-needs.ts'

/** 5 minutes, 1 hour, 6 hours, 3 days. */
const BURN_SECONDS = [300, 3600, 21_600, 259_200]
const MOST_STEPS = 200
const STEPS = [60, 300, 900, 3600, 21_600, 86_400]

/** Every objective with its budget over the window, its burn, the replicas of the last hour, and its history. */
export async function readObjectives(
  { database, moment }: ObjectiveNeeds,
  { hours, isConfigured }: { readonly hours: number; readonly isConfigured: (objective: ObjectiveId) => boolean },
): Promise<SloReport> {
  const stepSeconds = STEPS.find((step) => (hours * 3600) / step <= MOST_STEPS) ?? 86_400
  const { now, sums, replicas, history } = await database.inSnapshot(async (handle) => {
    const at = await moment(handle)
    return {
      now: at,
      sums: await sumSpans(handle, [...BURN_SECONDS, WINDOW_SECONDS], at),
      replicas: await sumReplicas(handle, at),
      history: await listHistory(handle, { hours, stepSeconds, now: at }),
    }
  })
  const objectives = OBJECTIVE_IDS.map((id) => {
    const objective = objectiveOf(id)
    const counts = sums.get(id)?.get(WINDOW_SECONDS) ?? NOTHING
    const budget = budgetOf(counts, objective)
    const { title, promise, target, aim = null } = objective
    return {
      id,
      title,
      promise,
      target,
      windowDays: WINDOW_DAYS,
      aim,
      status: budget === null && !isConfigured(id) ? ('not-configured' as const) : standingOf(budget),
      share: budget?.share ?? null,
      ...counts,
      budgetRemaining: budget?.remaining ?? null,
      burn: BURN_SECONDS.map((seconds) => ({
        seconds,
        rate: burnRate(sums.get(id)?.get(seconds) ?? NOTHING, objective),
      })),
      replicas: replicas.filter(({ slo }) => slo === id).map(({ replica, good, bad }) => ({ replica, good, bad })),
      history: history
        .filter(({ slo }) => slo === id)
        .map(({ at, good, bad }) => ({ at: at.toISOString(), good, bad })),
    }
  })
  return { measuredAt: now.toISOString(), stepSeconds, objectives }
}
