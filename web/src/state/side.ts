import { createContext, useContext } from 'react'
import type { MessageContext } from '#contract/conversations.ts'

export interface RowRef {
  readonly kind: string
  readonly id: string
  readonly label: string
}

/** A question to a colleague beside what is on screen. */
export interface Ask {
  readonly persona: string
  /** Sent at once when given; otherwise the panel waits for words. */
  readonly text?: string
  readonly about?: NonNullable<MessageContext['about']> & { readonly label: string }
}

/** Rows that a figure came from. */
export interface Evidence {
  readonly title: string
  readonly note?: string
  readonly rows: readonly RowRef[]
}

export interface Side {
  readonly ask: (ask: Ask) => void
  readonly showEvidence: (evidence: Evidence) => void
  /** Opens where the time of an answer went. */
  readonly showTrace: (turnId: string) => void
}

export const SideContext = createContext<Side>({
  ask: () => undefined,
  showEvidence: () => undefined,
  showTrace: () => undefined,
})

export function useSide(): Side {
  return useContext(SideContext)
}

/** The page of a row, where there is one. */
export function pageOfRow(row: { kind: string; id: string }): string | null {
  if (row.kind === 'deal') return `/deals/${encodeURIComponent(row.id)}`
  if (row.kind === 'client') return `/clients/${encodeURIComponent(row.id)}`
  if (row.kind === 'rep') return `/reps/${encodeURIComponent(row.id)}`
  if (row.kind === 'memory') return `/memory/${encodeURIComponent(row.id)}`
  return null
}

/** The row as something a question can be about; null for rows that are neither deal nor client. */
export function aboutOf(row: RowRef): NonNullable<Ask['about']> | null {
  if (row.kind === 'deal') return { kind: 'deal', id: row.id, label: row.label }
  return row.kind === 'client' ? { kind: 'client', id: row.id, label: row.label } : null
}
