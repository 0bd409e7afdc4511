import type { Day } from '../day.ts'
import type { Evidence } from '../skill.ts'
import type { HealthFigures } from './health.ts'

/** What may call for somebody to step in; a method file names those it is for. */
export const INTERVENTION_TRIGGERS = [
  'usage_decline',
  'key_contact_left',
  'ticket_storm',
  'slipping_payments',
  'silence',
  'doubt_heard',
  'renewal_near',
  'above_licence',
] as const
export type InterventionTriggerName = (typeof INTERVENTION_TRIGGERS)[number]

export interface InterventionTrigger {
  readonly name: InterventionTriggerName
  readonly label: string
  /** What was found, in one sentence. */
  readonly text: string
  /** 0 to 1 by the rule of its kind. */
  readonly severity: number
  readonly evidence: readonly Evidence[]
}

export const URGENCIES = ['immediate', 'this_week', 'this_month', 'none'] as const
export type Urgency = (typeof URGENCIES)[number]

/** How urgent it is and what that rests on. */
export interface UrgencyRating {
  readonly urgency: Urgency
  /** 0 to 100 over the parts that are known; null without a trigger. */
  readonly points: number | null
  readonly parts: readonly {
    readonly label: string
    readonly points: number
    readonly most: number
    readonly text: string
  }[]
  readonly rule: string
}

/** How one will see that it worked: the figure now, where it has to go, and how far it moves by itself. */
export interface InterventionMeasure {
  readonly label: string
  readonly unit: string
  readonly today: number | null
  /** `at least 31`, `0`: in the unit. */
  readonly target: string
  /** A change smaller than this is within the figure's own ups and downs; null when too few rows tell. */
  readonly noise: number | null
  readonly noiseRule: string
  readonly checkOn: Day
  readonly evidence: readonly Evidence[]
}

/** A way to step in, read from a Markdown file. */
export interface InterventionMethod {
  readonly id: string
  readonly title: string
  readonly triggers: readonly InterventionTriggerName[]
  /** What it is about, before the steps. */
  readonly approach: string
  readonly steps: readonly string[]
}

/** Somebody to talk with at the client. */
export interface InterventionContact {
  readonly contact: Evidence
  readonly title: string | null
  readonly role: string | null
  readonly lastContactedOn: Day | null
  /** Why this one. */
  readonly reason: string
}

/** What `plan-intervention` answers in `figures`. */
export interface InterventionFigures {
  readonly client: HealthFigures['client']
  readonly health: { readonly score: number | null; readonly band: HealthFigures['band'] }
  /** The gravest one; null when nothing calls for stepping in. */
  readonly trigger: InterventionTrigger | null
  /** The others, gravest first. */
  readonly alsoSeen: readonly InterventionTrigger[]
  readonly urgency: UrgencyRating
  readonly who: { readonly ours: string | null; readonly theirs: InterventionContact | null }
  readonly method: { readonly id: string; readonly title: string; readonly approach: string } | null
  readonly steps: readonly { readonly text: string; readonly byDay: Day }[]
  readonly byDay: Day | null
  readonly measure: InterventionMeasure | null
  /** Interventions on record among the clients in sight; a count, never a success rate. */
  readonly pastInterventions: number
}
