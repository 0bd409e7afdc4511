import type { z } from 'zod'
import type { UsageReport } from '#contract/access.ts'

type Row = z.infer<typeof UsageReport>['rows'][number]

export interface UsageGroup {
  readonly name: string
  readonly answers: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Sum of what has a price; `unpriced` counts the rows that have none. */
  readonly costMicros: number
  readonly currency: string
  readonly unpriced: number
}

/** Sums usage by a name, dearest first, then by answers. */
export function groupUsage(rows: readonly Row[], nameOf: (row: Row) => string): UsageGroup[] {
  const groups = new Map<string, UsageGroup>()
  for (const row of rows) {
    const name = nameOf(row)
    const before = groups.get(name) ?? {
      name,
      answers: 0,
      inputTokens: 0,
      outputTokens: 0,
      costMicros: 0,
      currency: row.cost?.currency ?? 'USD',
      unpriced: 0,
    }
    groups.set(name, {
      ...before,
      answers: before.answers + row.answers,
      inputTokens: before.inputTokens + row.inputTokens,
      outputTokens: before.outputTokens + row.outputTokens,
      costMicros: before.costMicros + (row.cost?.amountMicros ?? 0),
      currency: row.cost?.currency ?? before.currency,
      unpriced: before.unpriced + (row.cost ? 0 : row.answers),
    })
  }
  return [...groups.values()].toSorted(
    (one, other) =>
      other.costMicros - one.costMicros || other.answers - one.answers || one.name.localeCompare(other.name),
  )
}
