/** How many replicas there shall be, from the business calendar's floor and the load that is measured; pure. */
import { REPLICA_CAPACITY, scalingFor } from './replica-capacity.ts'

export interface ScalingRules {
  /** Replicas at least and at most, whatever else is said. */
  readonly min: number
  readonly max: number
  /** Turns at work that one replica is given. */
  readonly turnsPerReplica: number
  /** Replicas more than last advised, in one step of `stepMs`. */
  readonly step: number
  readonly stepMs: number
  /** What a replica costs an hour, and what may be spent on replicas beyond `min` in a UTC day; null: no limit. */
  readonly usdPerReplicaHour: number | null
  readonly usdPerDay: number | null
  /** Only said, not done: the advice stays `min`, with the reasons of what it would have been. */
  readonly isShadow: boolean
}

export const DEFAULT_SCALING: ScalingRules = {
  min: 1,
  max: 10,
  turnsPerReplica: scalingFor(REPLICA_CAPACITY.turnsAtWork).turnsPerReplica,
  step: 4,
  stepMs: 60_000,
  usdPerReplicaHour: null,
  usdPerDay: null,
  isShadow: false,
}

export interface ScalingFacts {
  readonly nowMs: number
  /** What the calendar wants at least, and whose word that is; null when no period says anything. */
  readonly calendar: { readonly replicas: number; readonly says: string } | null
  /** Turns that wait or are answered, over all replicas; null when it could not be measured. */
  readonly openTurns: number | null
  /** What a step is counted from: the least that was advised within the last one, or else what was advised before it. */
  readonly last: { readonly replicas: number; readonly atMs: number } | null
  /** Spent today on replicas beyond `min`, in dollars. */
  readonly spentUsd: number
}

export interface ReplicaAdvice {
  readonly desiredReplicas: number
  /** The same, but also while only watching what it would be. */
  readonly unshadowed: number
  readonly floor: number
  readonly ceiling: number
  readonly source: 'calendar' | 'load'
  readonly reasons: readonly string[]
}

/**
 * The greater of the calendar's floor and what the load needs, held by the limits of number, step and money. It never goes
 * down faster than the load's own scaler: what it says is a floor for that.
 */
export function adviseReplicas(rules: ScalingRules, facts: ScalingFacts): ReplicaAdvice {
  const reasons: string[] = []
  const floor = Math.max(rules.min, Math.ceil(facts.calendar?.replicas ?? rules.min))
  reasons.push(
    facts.calendar
      ? `The calendar asks for ${floor}: ${facts.calendar.says}.`
      : `No period asks for more than ${rules.min}.`,
  )
  const needed = neededFor(rules, facts.openTurns, reasons)
  const source = floor >= needed ? 'calendar' : 'load'
  const wanted = Math.max(floor, needed)
  const held = holdMoney(rules, facts, { wanted: holdStep(rules, facts, { wanted, reasons }), reasons })
  const ceiling = Math.max(rules.min, rules.max)
  if (held > ceiling) reasons.push(`Held at the most there may be, ${ceiling}.`)
  const advised = Math.min(held, ceiling)
  if (rules.isShadow && advised !== rules.min) reasons.push(`Only watching: it would be ${advised}.`)
  return {
    desiredReplicas: rules.isShadow ? rules.min : advised,
    unshadowed: advised,
    floor: Math.min(floor, ceiling),
    ceiling,
    source,
    reasons,
  }
}

function neededFor(rules: ScalingRules, openTurns: number | null, reasons: string[]): number {
  if (openTurns === null) {
    reasons.push('The load could not be measured; the calendar alone speaks.')
    return rules.min
  }
  const needed = Math.max(rules.min, Math.ceil(openTurns / rules.turnsPerReplica))
  reasons.push(`${openTurns} turns are at work or wait; at ${rules.turnsPerReplica} a replica that is ${needed}.`)
  return needed
}

interface Holding {
  readonly wanted: number
  readonly reasons: string[]
}

function holdStep(
  { step, stepMs, min }: ScalingRules,
  { last, nowMs }: ScalingFacts,
  { wanted, reasons }: Holding,
): number {
  const from = last?.replicas ?? min
  const steps = last === null ? 1 : Math.max(1, Math.floor((nowMs - last.atMs) / stepMs))
  const most = from + step * steps
  if (wanted <= most) return wanted
  reasons.push(`Held at ${most}: at most ${step} more at a time.`)
  return most
}

function holdMoney(
  { usdPerReplicaHour, usdPerDay, min }: ScalingRules,
  { spentUsd }: ScalingFacts,
  { wanted, reasons }: Holding,
): number {
  if (usdPerReplicaHour === null || usdPerDay === null || wanted <= min || spentUsd < usdPerDay) return wanted
  reasons.push(`Held at ${min}: today's ${usdPerDay} dollars for more are spent.`)
  return min
}
