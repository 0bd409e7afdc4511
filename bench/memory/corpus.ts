import type { Day } from '#domain/day.ts'
import type { MemorySlot } from '#domain/memory/slots.ts'

/** One thing somebody wrote or said. */
export interface Utterance {
  readonly id: string
  /** Conversation or session it belongs to, and its place in it. */
  readonly thread: string
  readonly position: number
  readonly onDay: Day
  readonly text: string
  /** Extracted from when a member wrote it; kept as an episode when two people said it to each other. */
  readonly by: 'member' | 'speaker'
  /** What ought to be learnt from it: null when nothing; `slot` when it fills one. */
  readonly teaches: { readonly slot: MemorySlot | null } | null
}

export interface BenchQuestion {
  readonly text: string
  readonly today: Day
  readonly category: string
  /** Ids of the utterances that hold the answer. */
  readonly evidence: readonly string[]
  /** Ids of utterances whose answer no longer holds. */
  readonly stale: readonly string[]
}

/** What one person's colleague has heard, with questions about it. */
export interface Corpus {
  readonly id: string
  readonly utterances: readonly Utterance[]
  readonly questions: readonly BenchQuestion[]
  /** Names of clients the person sees. */
  readonly clients: readonly string[]
}
