import { SECOND_STEPS } from '#domain/figures/figures.ts'
import { Counter, Gauge, Histogram, type LabelValues, type Registry } from 'prom-client'

const SECONDS = [...SECOND_STEPS]

/**
 * Every label there is, with how many values of it one process tells apart. Most sets are closed by code and far smaller; those that an
 * operator names (servers, models, personas, periods) end here, so that no mistake and no attack makes series without end.
 */
export const MOST_VALUES = {
  action: 20,
  alert: 100,
  channel: 10,
  class: 20,
  component: 30,
  direction: 5,
  level: 5,
  limit: 20,
  method: 40,
  model: 40,
  outcome: 40,
  period: 200,
  persona: 40,
  provider: 20,
  rank: 10,
  result: 20,
  route: 400,
  server: 100,
  slo: 40,
  stall: 10,
  state: 20,
  status: 80,
  tier: 5,
  trouble: 5,
  version: 2,
} as const satisfies Record<string, number>

/** Only a label with a bound can be given to a metric. */
export type BoundedLabel = keyof typeof MOST_VALUES

/** What stands for all values past a label's bound. */
export const OTHER = 'other'

type Bind = <Label extends string>(labels: LabelValues<Label>) => LabelValues<Label>

/** A value that came before keeps its name; a new one past the bound of its label is told as `other`. */
function createBind(): Bind {
  const seen = new Map<string, Set<string>>()
  const isKnown = (label: string, value: string): boolean => {
    const values = seen.get(label) ?? new Set()
    seen.set(label, values)
    if (values.has(value)) return true
    const most = Object.hasOwn(MOST_VALUES, label) ? MOST_VALUES[label as BoundedLabel] : 0
    if (values.size >= most) return false
    values.add(value)
    return true
  }
  return (labels) => {
    const past = Object.entries(labels).filter(([label, value]) => !isKnown(label, String(value)))
    if (past.length === 0) return labels
    return { ...labels, ...Object.fromEntries(past.map(([label]) => [label, OTHER])) }
  }
}

/** Makes metrics of one registry whose labels are all bounded. */
export function metricMaker(registry: Registry) {
  const registers = [registry]
  return {
    counter: <Label extends BoundedLabel>(name: string, help: string, labelNames: readonly Label[] = []) =>
      bounded(new Counter<Label>({ name, help, labelNames, registers }), ['inc']),
    gauge: <Label extends BoundedLabel>(name: string, help: string, labelNames: readonly Label[] = []) =>
      bounded(new Gauge<Label>({ name, help, labelNames, registers }), ['set', 'inc']),
    seconds: <Label extends BoundedLabel>(name: string, help: string, labelNames: readonly Label[] = []) =>
      bounded(new Histogram<Label>({ name, help, labelNames, buckets: SECONDS, registers }), ['observe']),
  }
}

/** Puts the bound before the methods through which this kind of metric is told something. */
function bounded<Kind extends object>(metric: Kind, methods: readonly (keyof Kind & string)[]): Kind {
  const bind = createBind()
  for (const method of methods) {
    const tell: unknown = Reflect.get(metric, method)
    if (typeof tell !== 'function') throw new Error(`A metric without ${method}`)
    const told = (first: unknown, ...rest: unknown[]): unknown =>
      // Without labels the first is a number, or absent.
      tell.apply(metric, [isLabels(first) ? bind(first) : first, ...rest])
    Object.defineProperty(metric, method, { value: told })
  }
  return metric
}

function isLabels(value: unknown): value is LabelValues<string> {
  return typeof value === 'object' && value !== null
}
