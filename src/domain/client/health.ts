import type { Day } from '../day.ts'
import type { ClientSlot } from '../memory/slots.ts'
import type { Evidence } from '../skill.ts'

export type HealthComponentName = 'usage' | 'engagement' | 'support' | 'financial' | 'relationship'

export type HealthBand = 'thriving' | 'healthy' | 'at_risk' | 'critical' | 'churning' | 'unknown'

/** One measured quantity of a component. `score` (0 to 100) and `value` are null when no row supplies it. */
export interface HealthInput {
  readonly name: string
  readonly label: string
  /** As a person reads it: `62 % of 120 seats`; null when absent. */
  readonly value: string | null
  readonly score: number | null
  /** Within its component, before renormalising over what is present. */
  readonly weight: number
  /** How `score` comes from rows. */
  readonly formula: string
  readonly remedy: string
  readonly evidence: readonly Evidence[]
}

export interface HealthComponent {
  readonly name: HealthComponentName
  readonly label: string
  /** 0 to 100; null when none of its inputs is present. */
  readonly score: number | null
  /** Of the full model; the five sum to 1. */
  readonly baseWeight: number
  /** In this score: renormalised over the present components; 0 when absent. */
  readonly weight: number
  readonly inputs: readonly HealthInput[]
}

/** What moves the score most, against a neutral 75 (the lower edge of healthy). */
export interface HealthDriver {
  readonly direction: 'up' | 'down'
  readonly component: HealthComponentName
  readonly text: string
  /** Points of the score gained or lost against the neutral mark; negative for `down`. */
  readonly points: number
  readonly evidence: readonly Evidence[]
}

/** Mean daily active users of the window against the window of equal length before it. */
export interface UsageTrend {
  readonly days: 30 | 90
  readonly mean: number
  readonly meanBefore: number
  /** -0.2 is a fall of 20 %. */
  readonly change: number
}

/** The score against the score of the same rows as they stood `days` before. */
export interface ScoreTrend {
  readonly days: 30 | 90
  readonly score: number
  readonly scoreBefore: number
  /** Points gained; negative when it fell. */
  readonly change: number
  /** False when some input was there on one of the two days only: part of the change may come from that. */
  readonly isLikeForLike: boolean
}

/** Something remembered about the client, beside or within the score. */
export interface RememberedNote {
  readonly slot: ClientSlot
  readonly text: string
  readonly saidOn: Day
  /** The component whose inputs it changed; null when the score has no input for it. */
  readonly bearsOn: HealthComponentName | null
  readonly evidence: Evidence
}

/** What `assess-health` answers in `figures`. */
export interface HealthFigures {
  readonly client: {
    readonly id: string
    readonly name: string
    readonly segment: string | null
    readonly ownerName: string | null
    readonly csmName: string | null
    readonly arr: { readonly amountMicros: number; readonly currency: string } | null
    readonly renewalOn: Day | null
    /** Days until the renewal; negative when it has passed. */
    readonly renewalInDays: number | null
  }
  /** 0 to 100, one decimal; null when no component has rows. */
  readonly score: number | null
  readonly band: HealthBand
  readonly components: readonly HealthComponent[]
  readonly drivers: readonly HealthDriver[]
  /** Of active users. */
  readonly trend30: UsageTrend | null
  readonly trend90: UsageTrend | null
  /** Of the score itself; null without a score on one of the two days. */
  readonly scoreTrend30: ScoreTrend | null
  readonly scoreTrend90: ScoreTrend | null
  readonly remembered: readonly RememberedNote[]
}
