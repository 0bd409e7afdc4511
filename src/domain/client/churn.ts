import type { Evidence } from '../skill.ts'
import type { HealthFigures } from './health.ts'

/** What a model of leaving may look at; each is one number, or null when nothing stored or remembered gives it. */
export type ChurnFeatureName =
  | 'usage_change_30'
  | 'usage_change_90'
  | 'escalations_90'
  | 'open_severe_tickets'
  | 'key_contacts_left_180'
  | 'renewal_in_days'
  | 'payment_delay_change'
  | 'days_silent'
  | 'nps'
  | 'competitor'
  | 'budget_trouble'
  | 'renewal_doubt'
  | 'bad_sentiment'

export interface ChurnFeature {
  readonly name: ChurnFeatureName
  readonly label: string
  /**
   * Shares for changes (-0.2 is a fall of 20 %), days, counts, or 1 and 0 for what is remembered. Null is unknown; a
   * model must not put a value in its place without saying so.
   */
  readonly value: number | null
  /** As a person reads it; null when unknown. */
  readonly text: string | null
  readonly evidence: readonly Evidence[]
  /** What would supply it. */
  readonly remedy: string
}

export type ChurnFeatures = Readonly<Record<ChurnFeatureName, ChurnFeature>>

export type ChurnBand = 'low' | 'elevated' | 'high' | 'severe' | 'unknown'

/** One known feature with the points it adds. */
export interface ChurnFactor {
  readonly name: ChurnFeatureName
  readonly label: string
  readonly text: string
  /** 0 to `most`. */
  readonly points: number
  readonly most: number
  /** What would take the points away. */
  readonly relief: string
  readonly evidence: readonly Evidence[]
}

/** Two factors that are worse together than apart. */
export interface ChurnInteraction {
  readonly name: 'decline_before_renewal' | 'decline_in_silence'
  readonly text: string
  readonly points: number
  readonly most: number
}

export interface ChurnEstimate {
  /** The model that gave it: `scorecard`. */
  readonly model: string
  /** 0 to 100; a floor, because what is unknown could only add. Null when nothing is known. */
  readonly points: number | null
  readonly band: ChurnBand
  /** 0 to 1; null unless the model was calibrated on outcomes. The scorecard never gives one. */
  readonly probability: number | null
  /** Known factors, heaviest first; those without points are among them. */
  readonly factors: readonly ChurnFactor[]
  readonly interactions: readonly ChurnInteraction[]
  /** Share of the points that could have been given because their feature is known, 0 to 1. */
  readonly knownShare: number
}

/** Anything that turns features into an estimate: the scorecard today, a learned model when outcomes are there. */
export interface ChurnModel {
  readonly name: string
  predict(features: ChurnFeatures): ChurnEstimate
}

/** What `predict-churn` answers in `figures`. */
export interface ChurnFigures {
  readonly client: HealthFigures['client']
  readonly estimate: ChurnEstimate
  /** Health score of the same rows, for comparison; null without one. */
  readonly health: { readonly score: number; readonly band: HealthFigures['band'] } | null
  /** How the bands are cut, in one sentence. */
  readonly rule: string
}
