import { readAsked, type PlannedSetting } from './active-settings.ts'
import { isInside } from './boundaries.ts'
import type { Source } from './fault.ts'
import { parseKnobKey } from './knobs.ts'
import { checkInPlan, type CalendarPlan } from './plan.ts'

/** A period that wants what a cache keeps fresh at its start: nothing that was stored before is given from then on. */
export interface FreshDemand {
  /** null when its policy wants no period in force. */
  readonly period: string | null
  /** What people call the period, or the policy's own words. */
  readonly label: string
  readonly fromMs: number
  /** It is in force; otherwise it is to come, or among starts also over. */
  readonly isUnderway: boolean
  /** Where `freshAtStart` is written. */
  readonly source: Source
}

/**
 * Who wants a class of a cache fresh: of the policies in force all that do, the latest start first, and then of those to
 * come the next that begins. Empty for a key that is about no lifetime. What began before the plan did is not known. Throws a
 * RangeError outside of the plan and for a key that does not exist.
 */
export function listFreshDemands(plan: CalendarPlan, key: string, atMs: number): readonly FreshDemand[] {
  checkInPlan(plan, atMs)
  const runs = listRuns(plan, key)
  const underway = runs.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs)
  const toCome = runs.filter(({ startMs }) => startMs > atMs)
  const nextMs = Math.min(...toCome.map(({ startMs }) => startMs))
  return [
    ...underway.toSorted((one, other) => other.startMs - one.startMs).map((run) => demandOf(run, true)),
    ...toCome.filter(({ startMs }) => startMs === nextMs).map((run) => demandOf(run, false)),
  ]
}

/**
 * Every start of a demand within the plan up to an instant and without it, in order; of the same instant one. What is kept from
 * before the last that has passed is not given, be its period over or not. Throws as `listFreshDemands` does.
 */
export function listFreshStarts(
  plan: CalendarPlan,
  key: string,
  { atMs, untilMs }: { readonly atMs: number; readonly untilMs: number },
): readonly FreshDemand[] {
  checkInPlan(plan, atMs)
  const byStart = Map.groupBy(
    listRuns(plan, key).filter(({ startMs }) => startMs < untilMs),
    ({ startMs }) => startMs,
  )
  const starts = [...byStart.values()].flatMap((runs) => {
    // Told by the one that lasts longest: it is under way while any of them is.
    const [run] = runs.toSorted((one, other) => other.endMs - one.endMs)
    return run ? [demandOf(run, run.startMs <= atMs && atMs < run.endMs)] : []
  })
  return starts.toSorted((one, other) => one.fromMs - other.fromMs)
}

interface Run extends PlannedSetting {
  readonly startMs: number
  readonly endMs: number
}

function listRuns(plan: CalendarPlan, key: string): readonly Run[] {
  return readAsked(plan, ttlKeyOf(key))
    .settings.filter(({ setting }) => setting.isFreshAtStart)
    .flatMap(({ setting, planned }) =>
      Array.from({ length: planned.boundaries.length / 2 }, (_, place) => ({
        setting,
        planned,
        startMs: planned.boundaries[2 * place] ?? 0,
        endMs: planned.boundaries[2 * place + 1] ?? 0,
      })),
    )
    .filter(({ startMs }) => startMs >= plan.fromMs && startMs < plan.toMs)
}

/** A demand is written beside the `ttl`, and ends what is stale as well. */
function ttlKeyOf(key: string): string {
  const parsed = parseKnobKey(key)
  return 'name' in parsed && parsed.name === 'cache.stale' ? `cache.${parsed.target}.ttl` : key
}

function demandOf({ setting, planned, startMs }: Run, isUnderway: boolean): FreshDemand {
  const period = planned.subjects.find(({ boundaries }) => isInside(boundaries, startMs))?.period
  const label = period?.label ?? planned.policy.matchText
  return { period: period?.name ?? null, label, fromMs: startMs, isUnderway, source: setting.freshSource }
}
