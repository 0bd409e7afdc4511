import { NOTHING, badShare, type Counts } from '../objectives/budget.ts'
import { objectiveOf, type ObjectiveId } from '../objectives/objectives.ts'
import { WHOLE, acrossOf, combine, type SignalCondition } from './condition.ts'
import type { AlertRule } from './rule.ts'

/** What was measured, over all replicas. */
export interface Readings {
  /** Of an objective, in the last so many seconds. */
  counts(objective: ObjectiveId, seconds: number): Counts | undefined
  /** Of the rule's signal, by subject: one value of each replica that has one. */
  values(ruleId: string): ReadonlyMap<string, readonly number[]>
}

/** One subject for which a rule's condition is measured. */
export interface Finding {
  readonly subject: string
  readonly value: number
  readonly isHolding: boolean
}

/**
 * Judges one rule against a threshold, which the calendar may have moved. What was not measured is not found: it neither holds nor
 * is it over.
 */
export function evaluateRule({ id, condition }: AlertRule, threshold: number, readings: Readings): Finding[] {
  if (condition.kind !== 'burn') return evaluateSignal(condition, threshold, readings.values(id))
  const { objective: objectiveId, longSeconds, shortSeconds, leastBad } = condition
  const objective = objectiveOf(objectiveId)
  const long = readings.counts(objectiveId, longSeconds) ?? NOTHING
  const short = readings.counts(objectiveId, shortSeconds) ?? NOTHING
  const budget = 1 - objective.target
  // Over the short span a few are enough to see that it goes on.
  const shares = [badShare(long, objective), badShare(short, { leastEvents: 1 })]
  const [longBurn, shortBurn] = shares.map((share) => (share === null ? 0 : share / budget))
  const value = longBurn ?? 0
  const isHolding = value > threshold && (shortBurn ?? 0) > threshold && long.bad >= leastBad
  return [{ subject: WHOLE, value, isHolding }]
}

function evaluateSignal(
  condition: SignalCondition,
  threshold: number,
  values: ReadonlyMap<string, readonly number[]>,
): Finding[] {
  return [...values].map(([subject, ofReplicas]) => {
    const value = combine(ofReplicas, acrossOf(condition))
    return { subject, value, isHolding: value > threshold }
  })
}
