import type { Condition } from './condition.ts'

/** A page wakes somebody; a ticket waits for working hours. */
export type Severity = 'page' | 'ticket'

/** What is told in one message when it happens together. */
export type AlertGroup = 'server' | 'data' | 'answers' | 'connections' | 'money'

/** One rule, for the process itself, for Prometheus and for the documents. */
export interface AlertRule {
  /** Also the name under which the calendar moves it: `alerts.<id>.threshold`, `alerts.<id>.for`. */
  readonly id: string
  /** What is wrong, as a sentence; `{value}`, `{threshold}` and `{subject}` are filled in. */
  readonly says: string
  readonly severity: Severity
  readonly group: AlertGroup
  readonly condition: Condition
  /** It must hold for so long before it fires. */
  readonly forSeconds: number
  /** It must be over for so long before it counts as resolved. */
  readonly holdSeconds: number
  /** While one of these fires this one is not told: mending the cause mends it. */
  readonly causes: readonly string[]
  /** What to do, one step a line. */
  readonly runbook: readonly string[]
  /** Where more is told than stands in the reference: page and heading. */
  readonly page?: string
  /** Unit of value and threshold, for people. */
  readonly unit: 'times the budget' | 'share' | 'seconds' | 'count'
}

/** The page and heading that whoever is told of it opens, from the root of this repository: it is published at no address of its own. */
export function runbookPage({ id, page }: Pick<AlertRule, 'id' | 'page'>): string {
  return page ?? `docs/use/alerts-reference.md#${id}`
}
