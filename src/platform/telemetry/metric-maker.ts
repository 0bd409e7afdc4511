import { SECOND_STEPS } from '#domain/figures/figures.ts'
import { Counter, Gauge, Histogram, type LabelValues, type Registry } from 'prom-client'

const SECONDS = [...SECOND_STEPS]
/** A model answers in seconds to minutes; two minutes are the most it is given. */
const MODEL_SECONDS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 45, 60, 90, 120]

/**
 * Every label there is, with how many values of it one process tells apart. Most sets are closed by code and far smaller; those that an
 * operator names (servers, models, personas, periods) end here, so that no mistake and no attack makes series without end.
 *
 * At the bound the first that came keep their names, and all who come later are told together as `other`: a counter or histogram has
 * their sum there, a gauge what the last of them was. Which names are taken is remembered for each label of each metric, and so never more
 * of them than the bound. A counter and a histogram keep theirs until the process ends, as their series stay, too. A gauge that is told
 * anew as a whole forgets with its series: those that are gone make room for those that came.
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
  queue: 40,
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
function createBind(): { readonly bind: Bind; readonly forget: () => void } {
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
  return {
    bind: (labels) => {
      const past = Object.entries(labels).filter(([label, value]) => !isKnown(label, String(value)))
      if (past.length === 0) return labels
      return { ...labels, ...Object.fromEntries(past.map(([label]) => [label, OTHER])) }
    },
    forget: () => seen.clear(),
  }
}

/** Makes metrics of one registry whose labels are all bounded. */
export function metricMaker(registry: Registry) {
  const registers = [registry]
  return {
    counter: <Label extends BoundedLabel>(name: string, help: string, labelNames: readonly Label[] = []) =>
      bounded(new Counter<Label>({ name, help, labelNames, registers }), ['inc']).metric,
    gauge: <Label extends BoundedLabel>(name: string, help: string, labelNames: readonly Label[] = []) =>
      forgetting(new Gauge<Label>({ name, help, labelNames, registers })),
    seconds: <Label extends BoundedLabel>(name: string, help: string, labelNames: readonly Label[] = []) =>
      bounded(new Histogram<Label>({ name, help, labelNames, buckets: SECONDS, registers }), ['observe']).metric,
    /** The same for calls of models, which take longer. */
    modelSeconds: <Label extends BoundedLabel>(name: string, help: string, labelNames: readonly Label[]) =>
      bounded(new Histogram<Label>({ name, help, labelNames, buckets: MODEL_SECONDS, registers }), ['observe']).metric,
  }
}

/** Puts the bound before the methods through which this kind of metric is told something. */
function bounded<Kind extends object>(
  metric: Kind,
  methods: readonly (keyof Kind & string)[],
): { readonly metric: Kind; readonly forget: () => void } {
  const { bind, forget } = createBind()
  for (const method of methods) {
    const tell: unknown = Reflect.get(metric, method)
    if (typeof tell !== 'function') throw new Error(`A metric without ${method}`)
    const told = (first: unknown, ...rest: unknown[]): unknown =>
      // Without labels the first is a number, or absent.
      tell.apply(metric, [isLabels(first) ? bind(first) : first, ...rest])
    Object.defineProperty(metric, method, { value: told })
  }
  return { metric, forget }
}

/** A gauge whose names go with its series when it is told anew. */
function forgetting<Label extends string>(gauge: Gauge<Label>): Gauge<Label> {
  const { metric, forget } = bounded(gauge, ['set', 'inc'])
  const reset = metric.reset.bind(metric)
  const value = (): void => {
    forget()
    reset()
  }
  return Object.defineProperty(metric, 'reset', { value })
}

function isLabels(value: unknown): value is LabelValues<string> {
  return typeof value === 'object' && value !== null
}
