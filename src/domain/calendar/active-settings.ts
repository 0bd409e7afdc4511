import { countUpTo, isInside } from './boundaries.ts'
import { coversKey, knobOf, parseKnobKey, type Knob, type KnobKey } from './knobs.ts'
import type { Contribution } from './moving-value.ts'
import type { Period } from './period.ts'
import type { CalendarPlan } from './plan.ts'
import type { PlannedPolicy } from './planned-policy.ts'
import type { Setting } from './policy.ts'

/** A setting that is about the key asked for. */
export interface PlannedSetting {
  readonly setting: Setting
  readonly planned: PlannedPolicy
}

/** One that is in force at an instant. */
export interface ActiveSetting extends PlannedSetting {
  /** For whom it speaks; null when its policy wants no period in force, as in `not quiet-nights`. */
  readonly period: Period | null
  readonly priority: number
  /** The run of its policy. */
  readonly startMs: number
  readonly endMs: number
}

/** What a key asks for. */
export interface Asked {
  readonly key: KnobKey
  readonly knob: Knob
  /** In the order in which they are written. */
  readonly settings: readonly PlannedSetting[]
}

/** Throws a RangeError for a key that no setting can have. */
export function readAsked(plan: CalendarPlan, key: string): Asked {
  const parsed = parseKnobKey(key)
  if ('message' in parsed) throw new RangeError(parsed.message)
  const settings = plan.policies.flatMap((planned) =>
    planned.policy.settings
      .filter((setting) => coversKey(setting.key, parsed))
      .map((setting) => ({ setting, planned })),
  )
  return { key: parsed, knob: knobOf(parsed), settings }
}

/** The settings in force at an instant, highest priority first; of the same, as they are written. */
export function listActive({ settings }: Asked, atMs: number): readonly ActiveSetting[] {
  return settings
    .flatMap(({ setting, planned }): ActiveSetting[] => {
      const passed = countUpTo(planned.boundaries, atMs)
      const [startMs, endMs] = [planned.boundaries[passed - 1], planned.boundaries[passed]]
      if (passed % 2 === 0 || startMs === undefined || endMs === undefined) return []
      const subject = planned.subjects.find(({ boundaries }) => isInside(boundaries, atMs))
      const period = subject?.period ?? null
      return [{ setting, planned, period, priority: period?.priority ?? 0, startMs, endMs }]
    })
    .toSorted((one, other) => other.priority - one.priority)
}

/** What an active setting makes of a number; undefined when it is about none. */
export function contributionOf(active: ActiveSetting, base: number): Contribution | undefined {
  const { value } = active.setting
  const { priority, startMs, endMs } = active
  if (value.kind === 'amount') return { target: value.amount, priority, startMs, endMs, rampMs: 0 }
  if (value.kind !== 'factor') return undefined
  return { target: base * value.factor, priority, startMs, endMs, rampMs: active.planned.rampMs }
}

/** Every instant within the plan at which what holds for a key may change, or a ramp begins or ends; in order. */
export function listChanges(plan: CalendarPlan, { settings }: Asked): Float64Array {
  const policies = [...new Set(settings.map(({ planned }) => planned))]
  const changes = policies.flatMap(({ boundaries, rampMs, subjects }) => [
    ...boundaries,
    ...(rampMs === 0 ? [] : listRampEdges(boundaries, rampMs)),
    ...subjects.flatMap((subject) => [...subject.boundaries]),
  ])
  const within = changes.filter((atMs) => atMs > plan.fromMs && atMs < plan.toMs)
  return Float64Array.from(new Set(within)).toSorted()
}

/** Where the first ramp of each run ends and the second begins; in a run that is too short for two they meet in its middle. */
function listRampEdges(boundaries: Float64Array, rampMs: number): readonly number[] {
  const edges: number[] = []
  for (let index = 0; index + 1 < boundaries.length; index += 2) {
    const [startMs = 0, endMs = 0] = boundaries.subarray(index, index + 2)
    const middleMs = (startMs + endMs) / 2
    edges.push(Math.min(startMs + rampMs, middleMs), Math.max(endMs - rampMs, middleMs))
  }
  return edges
}
