import type { ObjectiveId } from '../objectives/objectives.ts'

/** Which values of a label count: these, or all but this. */
export type LabelMatch = { readonly is: readonly string[] } | { readonly not: string }

/** A measured thing of one process, by the name under which it is scraped. */
export interface Signal {
  readonly metric: string
  readonly where?: Readonly<Record<string, LabelMatch>>
  /** One alert for each value of this label; without it one for all. */
  readonly by?: string
}

/** When an alert holds. Each kind is judged in the process and rendered as PromQL, both from this. */
export type Condition =
  /** The budget of an objective is used so many times too fast, over a long span and still over a short one. */
  | {
      readonly kind: 'burn'
      readonly objective: ObjectiveId
      readonly factor: number
      readonly longSeconds: number
      readonly shortSeconds: number
      /** With fewer bad ones in the long span nobody is woken: the probe covers quiet hours. */
      readonly leastBad: number
    }
  /** What is measured now, of the worst replica or of all together. */
  | (Signal & { readonly kind: 'gauge'; readonly across: 'max' | 'min' | 'sum'; readonly threshold: number })
  /** How much a counter grew in the last while, over all replicas. */
  | (Signal & { readonly kind: 'increase'; readonly seconds: number; readonly threshold: number })
  /** Probes from the second process missed in a row; who scrapes knows it also by an empty scrape. */
  | (Signal & { readonly kind: 'unreachable'; readonly threshold: number })

export type SignalCondition = Exclude<Condition, { kind: 'burn' }>

/** A condition holds above its threshold; of burn rates that is their factor. */
export function thresholdOf(condition: Condition): number {
  return condition.kind === 'burn' ? condition.factor : condition.threshold
}

/** One sample as a registry of metrics gives it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number | undefined>>
  readonly value: number
}

export type Across = 'max' | 'min' | 'sum'

export function acrossOf(condition: SignalCondition): Across {
  if (condition.kind === 'gauge') return condition.across
  return condition.kind === 'increase' ? 'sum' : 'max'
}

function matches({ where = {} }: Signal, labels: Sample['labels']): boolean {
  return Object.entries(where).every(([label, match]) => {
    const value = String(labels[label] ?? '')
    return 'is' in match ? match.is.includes(value) : value !== match.not
  })
}

/** The samples that a signal names, added up; undefined where there is none. */
export function sumOf(signal: Signal, samples: readonly Sample[]): number | undefined {
  const known = samples.filter(({ labels, value }) => matches(signal, labels) && !Number.isNaN(value))
  return known.length === 0
    ? undefined
    : combine(
        known.map(({ value }) => value),
        'sum',
      )
}

/** Several values as one. */
export function combine(values: readonly number[], across: Across): number {
  if (across === 'sum') return values.reduce((sum, value) => sum + value, 0)
  return across === 'max' ? Math.max(...values) : Math.min(...values)
}

/** What stands for the subject of a condition that has none. */
export const WHOLE = ''

/** The samples of one process, by subject. */
export function readSamples(condition: SignalCondition, samples: readonly Sample[]): Map<string, number> {
  const found = new Map<string, number[]>()
  for (const { labels, value } of samples) {
    if (!matches(condition, labels) || Number.isNaN(value)) continue
    const subject = condition.by === undefined ? WHOLE : String(labels[condition.by] ?? '')
    found.set(subject, [...(found.get(subject) ?? []), value])
  }
  return new Map([...found].map(([subject, values]) => [subject, combine(values, acrossOf(condition))]))
}
