import type { ScalingRules } from '#domain/scaling/advise-replicas.ts'
import type { FromTo } from './what-values-change.ts'

/** What of the rules stands in the file: by which word, and what it is. */
const FIELDS = {
  min: { field: 'min', words: 'the fewest replicas' },
  max: { field: 'max', words: 'the most replicas' },
  turnsPerReplica: { field: 'turns_per_replica', words: 'turns at work for one replica' },
  step: { field: 'step', words: 'replicas more within a minute' },
  usdPerReplicaHour: { field: 'usd_per_replica_hour', words: 'what a replica costs an hour in US dollars' },
  usdPerDay: { field: 'usd_per_day', words: 'what replicas beyond the fewest may cost a day in US dollars' },
  isShadow: { field: 'shadow', words: 'whether it is only said what would be advised' },
} as const satisfies Partial<Record<keyof ScalingRules, { readonly field: string; readonly words: string }>>

type Value = ScalingRules[keyof typeof FIELDS]

/** A line for each field of `scaling` that would be another, with what it would be and is. */
export function whatScalingChanges({ from, to }: FromTo<Pick<ScalingRules, keyof typeof FIELDS>>): readonly string[] {
  const line = (name: keyof typeof FIELDS): string[] => {
    const { field, words } = FIELDS[name]
    const [before, after] = [from[name], to[name]]
    return before === after
      ? []
      : [`\`scaling.${field}\` (${words}) would be ${show(after)} instead of ${show(before)}.`]
  }
  // Written out: their order is that of the lines.
  return [
    ...line('min'),
    ...line('max'),
    ...line('turnsPerReplica'),
    ...line('step'),
    ...line('usdPerReplicaHour'),
    ...line('usdPerDay'),
    ...line('isShadow'),
  ]
}

function show(value: Value): string {
  if (value === null) return 'not set'
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}
