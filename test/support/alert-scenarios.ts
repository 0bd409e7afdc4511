import { thresholdOf, type Condition, type LabelMatch } from '#domain/alerts/condition.ts'
import type { Readings } from '#domain/alerts/evaluate-rule.ts'
import type { AlertRule } from '#domain/alerts/rule.ts'
import { objectiveOf } from '#domain/objectives/objectives.ts'

/** A metric over time: it begins at `start` and grows by `step` each interval. */
export interface Series {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  readonly start: number
  readonly step: number
  /** For so long before the end it grows no more. */
  readonly quietSeconds: number
}

/** One course of events, for the process's own evaluator and for Prometheus alike. */
export interface Scenario {
  readonly rule: AlertRule
  readonly name: string
  readonly isFiring: boolean
  readonly intervalSeconds: number
  /** When it is looked at: all spans are full by then, and it held long enough. */
  readonly atSeconds: number
  readonly series: readonly Series[]
  /** What the rule measures by then. */
  readonly value: number
  readonly subject: string
}

const SUBJECT = 'crm'
/** So far past the threshold, or so far below it where one may lie on it. */
const PAST = 1.05
const BELOW = 0.95
/** So long until Prometheus, which looks each minute, has seen that it is over and lets go of it. */
const SEEN_AND_HELD = 200
/** So bad, at most, that the long span still holds too much when the short one holds nothing any more. */
const LONG_PAST = 5
const NEARLY_ALL = 0.936
const EVENTS_PER_INTERVAL = 1000
/** Rules that look at hours and days are looked at so often in Prometheus's tests. */
export const LONG_LOOKS = 4 * 3600

/** Of each rule one course that fires it and those that, closely, do not. */
export function scenariosOf(rule: AlertRule): Scenario[] {
  const { condition } = rule
  if (condition.kind !== 'burn') return signalScenarios(rule, condition)
  const { factor, longSeconds, shortSeconds, leastBad, objective } = condition
  const isLong = longSeconds > 3600
  const intervalSeconds = isLong ? longSeconds / 400 : 10
  const atSeconds = isLong ? Math.ceil((longSeconds + 1) / LONG_LOOKS) * LONG_LOOKS : longSeconds + 100
  const budget = 1 - objectiveOf(objective).target
  const quietSeconds = shortSeconds + (isLong ? 2 * intervalSeconds : SEEN_AND_HELD)
  const course = (
    name: string,
    times: number,
    { events = EVENTS_PER_INTERVAL, quietSeconds: quiet = 0 } = {},
  ): Scenario => {
    const bad = times * budget * events
    return {
      rule,
      name,
      isFiring: times > factor && (bad * longSeconds) / intervalSeconds >= leastBad && quiet === 0,
      intervalSeconds,
      atSeconds,
      series: [eventSeries([objective, 'bad'], bad, quiet), eventSeries([objective, 'good'], events - bad)],
      value: times,
      subject: '',
    }
  }
  // Fast enough, but of so few requests that it may be one person's bad minute.
  const few = ((leastBad - 1) * intervalSeconds) / longSeconds / (factor * PAST * budget)
  return [
    course('used too fast', factor * PAST),
    course('used nearly too fast', factor * BELOW),
    course('was used too fast, and is over', Math.min(factor * LONG_PAST, NEARLY_ALL / budget), { quietSeconds }),
    course('used too fast by too few', factor * PAST, { events: few }),
  ]
}

function eventSeries([slo, result]: readonly [string, string], step: number, quietSeconds = 0): Series {
  return { metric: 'sophia_slo_events_total', labels: { slo, result, instance: 'one' }, start: 0, step, quietSeconds }
}

type SignalCondition = Exclude<Condition, { kind: 'burn' }>

function signalScenarios(rule: AlertRule, condition: SignalCondition): Scenario[] {
  const threshold = thresholdOf(condition)
  const isGrowing = condition.kind === 'increase'
  const seconds = isGrowing ? condition.seconds : 60
  const intervalSeconds = isGrowing ? seconds / 30 : 5
  const atSeconds = seconds + rule.forSeconds + 10 * intervalSeconds
  const labels = labelsOf(condition)
  const course = (name: string, value: number): Scenario => ({
    rule,
    name,
    isFiring: value > threshold,
    intervalSeconds,
    atSeconds,
    series: [
      isGrowing
        ? { metric: condition.metric, labels, start: 0, step: (value * intervalSeconds) / seconds, quietSeconds: 0 }
        : { metric: condition.metric, labels, start: value, step: 0, quietSeconds: 0 },
    ],
    value,
    subject: condition.by === undefined ? '' : SUBJECT,
  })
  const past = threshold === 0 ? 3 : threshold * PAST
  return [course('past the threshold', past), course('below the threshold', isGrowing ? threshold * BELOW : threshold)]
}

function labelsOf({ where = {}, by }: SignalCondition): Record<string, string> {
  const fitting = Object.entries(where).map(([label, match]) => [label, valueThatFits(match)])
  return { instance: 'one', ...Object.fromEntries(fitting), ...(by === undefined ? {} : { [by]: SUBJECT }) }
}

function valueThatFits(match: LabelMatch): string {
  return 'is' in match ? (match.is[0] ?? '') : `not-${match.not}`
}

/** What the process's own evaluator has measured by the time it looks. */
export function readingsOf({ series, intervalSeconds, subject, value, rule }: Scenario): Readings {
  return {
    counts: (objective, seconds) => {
      const of = (result: string): number => {
        const found = series.find(({ labels }) => labels['slo'] === objective && labels['result'] === result)
        return found ? (found.step * Math.max(0, seconds - found.quietSeconds)) / intervalSeconds : 0
      }
      return { good: of('good'), bad: of('bad') }
    },
    values: (ruleId) => new Map(ruleId === rule.id ? [[subject, [value]]] : []),
  }
}
