import type { Day } from '../day.ts'
import type { RememberedFact } from '../memory/slots.ts'
import type { Evidence, MoneyFigure } from '../skill.ts'
import type { CalibrationFigure } from './calibration.ts'

/** Each thing looked at with its share of the model; the shares sum to 1. */
export const SIGNAL_WEIGHTS = {
  activity_gap: 0.15,
  economic_buyer: 0.14,
  champion: 0.14,
  single_threaded: 0.1,
  next_step: 0.1,
  age: 0.09,
  decision_criteria: 0.08,
  timeline: 0.08,
  pushed_close: 0.05,
  competitor: 0.03,
  size_outlier: 0.02,
  value_missing: 0.02,
} as const
export type DealSignalName = keyof typeof SIGNAL_WEIGHTS

/** One thing looked at. `unknown` means the data does not say; it never counts as a risk. */
export interface DealSignal {
  readonly name: DealSignalName
  readonly label: string
  readonly state: 'risk' | 'ok' | 'unknown'
  readonly severity: 'high' | 'medium' | 'low'
  /** Share of the whole model, 0 to 1; the weights of all signals sum to 1. */
  readonly weight: number
  /** What was found, in one sentence. */
  readonly detail: string
  /** What would remove the risk, or make the unknown known; empty when all is well. */
  readonly remedy: string
  readonly evidence: readonly Evidence[]
  /** The day that somebody said what decides this signal; absent when only stored rows do. */
  readonly rememberedOn?: Day
}

/** Days within which won deals closed, or left one stage. */
export interface AgeSpread {
  readonly n: number
  readonly medianDays: number
  readonly p75Days: number
  readonly p90Days: number
}

/** The share of decided deals of the same kind that were won, drawn towards the overall rate where they are few. */
export interface WinProbability {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Decided deals of the narrowest cell it rests on. */
  readonly n: number
  /** `Anna Snelling with GTX Pro`, `all decided deals`. */
  readonly basis: string
}

/** What `coach-deal` answers in `figures`. */
export interface DealRiskFigures {
  readonly deal: {
    readonly id: string
    readonly name: string
    readonly stage: string
    readonly status: 'open' | 'won' | 'lost'
    readonly clientName: string | null
    readonly repName: string | null
    readonly productName: string | null
    readonly value: MoneyFigure | null
    readonly ageDays: number | null
    readonly lastActivityOn: string | null
    readonly nextStep: string | null
    readonly nextStepOn: string | null
  }
  /** `unknown` when less than a third of the model's weight could be looked at. */
  readonly level: 'high' | 'medium' | 'low' | 'unknown'
  /** Weight of the risks over the weight that is known, 0 to 1; null when nothing is known. */
  readonly score: number | null
  /** Share of the model's weight that is known, 0 to 1. */
  readonly knownWeight: number
  /** Risks first, heaviest first; then unknown; then what is well. */
  readonly signals: readonly DealSignal[]
  /** Null without decided deals to learn from. */
  readonly winProbability: WinProbability | null
  /** The deal's days held against those of won deals. */
  readonly ages: {
    readonly ageDays: number | null
    /** Days in the present stage; null when the data does not say since when. */
    readonly stageDays: number | null
    readonly won: AgeSpread | null
    /** How long won deals stood in this very stage, from their recorded changes; null when too few are known. */
    readonly wonInStage: AgeSpread | null
  }
  /** What chances given in the same way came to; null when too few deals are decided. */
  readonly calibration: CalibrationFigure | null
}

/** A contact as the deal names it; `id` is null for a person who is only remembered. */
export interface DealContact {
  readonly id: string | null
  readonly name: string
  readonly leftOn: Day | null
}

/** A deal with what surrounds it. Null means: the data does not say. */
export interface DealUnderReview {
  readonly id: string
  readonly name: string
  readonly stage: string
  readonly status: 'open' | 'won' | 'lost'
  readonly clientName: string | null
  readonly repName: string | null
  readonly productName: string | null
  readonly valueMicros: number | null
  readonly currency: string
  readonly isEstimated: boolean
  readonly createdOn: Day | null
  readonly closedOn: Day | null
  readonly stageEnteredOn: Day | null
  readonly expectedCloseOn: Day | null
  readonly pushedCount: number
  readonly nextStep: string | null
  readonly nextStepOn: Day | null
  readonly champion: DealContact | null
  readonly economicBuyer: DealContact | null
  readonly decisionCriteria: string | null
  readonly timeline: string | null
  readonly competitor: string | null
}

/** Which fields the company's records use at all: what nobody ever fills in cannot be missed on one deal. */
export interface TrackedFields {
  readonly activities: boolean
  readonly activityContacts: boolean
  readonly champion: boolean
  readonly economicBuyer: boolean
  readonly decisionCriteria: boolean
  readonly timeline: boolean
  readonly nextStep: boolean
  readonly pushes: boolean
  readonly competitor: boolean
}

/** One changed field of the deal, from its recorded history. */
export interface DealChange {
  readonly id: string
  readonly field: string
  readonly from: string | null
  readonly to: string | null
  readonly onDay: Day
}

export interface DecidedCell {
  readonly basis: string
  readonly won: number
  readonly lost: number
}

export interface DealRiskFacts {
  readonly asOf: Day
  readonly deal: DealUnderReview
  readonly lastActivity: { readonly id: string; readonly onDay: Day; readonly subject: string | null } | null
  /** Distinct contacts named by this deal's activities of the last 90 days. */
  readonly recentContacts: readonly DealContact[]
  readonly tracked: TrackedFields
  /** Days at which won deals closed; null when too few. */
  readonly wonAges: AgeSpread | null
  /** Days that won deals stood in this deal's stage; null or absent when too few are recorded. */
  readonly stageAges?: AgeSpread | null
  /** Values of won deals in the deal's currency, in micros; null when too few. */
  readonly wonValues: { readonly n: number; readonly p90Micros: number } | null
  /** Decided deals like this one, narrowest first; the last is all decided deals. */
  readonly history: readonly DecidedCell[]
  /** The deal's recorded changes of tracked fields, newest first. */
  readonly changes?: readonly DealChange[]
  /** What people said about the deal and the reader may know. */
  readonly remembered?: readonly RememberedFact[]
  readonly calibration?: CalibrationFigure | null
}
