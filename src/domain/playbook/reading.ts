import type { Grouping } from './grouping.ts'
import type { Concept } from './lexicon.ts'
import type { NameSpan } from './name-span.ts'
import type { NextStepSlots } from './next-step-slots.ts'
import type { TaggedToken } from './tag-words.ts'

/** The record a question is asked beside. */
export interface RecordAtHand {
  readonly kind: 'deal' | 'client'
  readonly id: string
}

/** What of a question fills the skill's input. */
export interface Slots {
  /** As written in the text. */
  readonly name?: string
  /** Whose pipeline: `Anna's pipeline`. */
  readonly rep?: string
  /** `Anna's team` */
  readonly manager?: string
  /** A filter of which the words do not say what it is: a person, a product or a segment. */
  readonly only?: string
  readonly segment?: string
  readonly grouping?: Grouping
  /** `in negotiation` */
  readonly stage?: string
  readonly nextStep?: NextStepSlots
  /** Input that the question's shape settles as it stands: a focus, a number of months, the words of an objection. */
  readonly given?: Readonly<Record<string, string | number>>
}

/** A question as the scores see it. */
export interface Reading {
  readonly concepts: ReadonlySet<Concept>
  readonly names: readonly NameSpan[]
  readonly tokens: readonly TaggedToken[]
  readonly strangeCost: number
  readonly record: RecordAtHand | null
}
