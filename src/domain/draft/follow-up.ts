import type { CallReviewFigures } from '../call/call-review.ts'
import type { Day } from '../day.ts'
import type { Evidence } from '../skill.ts'

export type UpdateField =
  | 'stage'
  | 'next_step'
  | 'next_step_on'
  | 'expected_close_on'
  | 'competitor'
  | 'decision_criteria'
  | 'timeline'

/** One field of a deal as it stands and as it would become. */
export interface FieldChange {
  readonly field: UpdateField
  readonly label: string
  readonly from: string | null
  readonly to: string | null
}

export const FIELD_LABELS: Readonly<Record<UpdateField, string>> = {
  stage: 'Stage',
  next_step: 'Next step',
  next_step_on: 'Next step due',
  expected_close_on: 'Expected close',
  competitor: 'Competitor',
  decision_criteria: 'Decision criteria',
  timeline: 'Timeline',
}

/** What a follow-up is written from: rows of one deal, and its latest call as reviewed. */
export interface FollowUpFacts {
  readonly asOf: Day
  readonly deal: {
    readonly id: string
    readonly name: string
    readonly status: 'open' | 'won' | 'lost'
    readonly stage: string
    readonly clientName: string | null
    readonly nextStep: string | null
    readonly nextStepOn: Day | null
    readonly competitor: string | null
    readonly decisionCriteria: string | null
  }
  readonly review: CallReviewFigures | null
  readonly contacts: readonly {
    readonly id: string
    readonly name: string
    readonly email: string | null
    readonly hasLeft: boolean
  }[]
  /** The latest touch on record that is not in the future. */
  readonly activity: {
    readonly id: string
    readonly kind: string
    readonly onDay: Day
    readonly subject: string | null
    readonly contactName: string | null
  } | null
}

/** What is written, before it is stored as drafts. */
export interface FollowUp {
  readonly to: readonly { readonly name: string; readonly email: string }[]
  readonly subject: string
  readonly body: string
  readonly changes: readonly FieldChange[]
  /** What is missing or must be looked at before it leaves. */
  readonly notes: readonly string[]
  readonly sources: readonly Evidence[]
}

/** What `draft-follow-up` answers in `figures`. */
export interface FollowUpFigures {
  readonly deal: { readonly id: string; readonly name: string }
  readonly email: {
    readonly draftId: string
    readonly to: FollowUp['to']
    readonly subject: string
    readonly body: string
  }
  /** Null when the call changes nothing on record. */
  readonly update: { readonly draftId: string; readonly changes: readonly FieldChange[] } | null
  readonly notes: readonly string[]
  /** Where they can be edited, approved and discarded. */
  readonly open: readonly string[]
}
