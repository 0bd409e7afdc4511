import { useQueries } from '@tanstack/react-query'
import type { EvidenceRow } from '#contract/records.ts'
import { evidenceQuery } from '../api/queries.ts'
import { evidenceRefs, nameOfRow } from './evidence-rows.ts'
import type { RowRef } from './side.ts'

export interface EvidenceFound {
  /** The row as stored now; null when it is gone or out of sight; undefined while that is not known. */
  readonly find: (row: RowRef) => EvidenceRow | null | undefined
  readonly error: unknown
  readonly refetch: () => void
}

/** The rows behind a figure, asked for together. */
export function useEvidence(rows: readonly RowRef[]): EvidenceFound {
  const answers = useQueries({ queries: evidenceRefs(rows).map(evidenceQuery) })
  const found = new Map<string, EvidenceRow>()
  for (const answer of answers) for (const row of answer.data?.items ?? []) found.set(nameOfRow(row), row)
  const isComplete = answers.every((answer) => answer.data !== undefined)
  return {
    find: (row) => found.get(nameOfRow(row)) ?? (isComplete ? null : undefined),
    error: answers.find((answer) => answer.isError && answer.data === undefined)?.error ?? null,
    refetch: () => {
      for (const answer of answers) if (answer.isError) void answer.refetch()
    },
  }
}
