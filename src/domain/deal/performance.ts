import type { Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'
import type { Difference, Estimate, Moments, Occurrence } from './performance-estimates.ts'

/** The recent window: the last 180 days up to the data day. */
export const RECENT_WINDOW_DAYS = 180
/** How far back the rep's own history, and what peers are held against, goes. */
export const HISTORY_DAYS = 720
/** Fewer reps whom the asker may not see are never summed up: their sum would show one of them. */
export const FEWEST_ANONYMOUS = 5

/**
 * What is compared, with its influence on a result (0 to 1; a judgement, used only to order what was found), the
 * direction that is good, and what its rows are.
 */
export const PERFORMANCE_MEASURES = {
  win_rate: { label: 'Win rate', unit: 'share', better: 'higher', influence: 1, rows: 'decided deal' },
  deal_value: { label: 'Average won value', unit: 'money', better: 'higher', influence: 0.7, rows: 'valued won deal' },
  cycle_days: { label: 'Days to win', unit: 'days', better: 'lower', influence: 0.6, rows: 'won deal' },
  no_economic_buyer: {
    label: 'Open deals without economic buyer',
    unit: 'share',
    better: 'lower',
    influence: 0.6,
    rows: 'open deal',
  },
  no_champion: {
    label: 'Open deals without champion',
    unit: 'share',
    better: 'lower',
    influence: 0.6,
    rows: 'open deal',
  },
  late_losses: { label: 'Losses from proposal on', unit: 'share', better: 'lower', influence: 0.5, rows: 'lost deal' },
  no_next_step: {
    label: 'Open deals without next step',
    unit: 'share',
    better: 'lower',
    influence: 0.5,
    rows: 'open deal',
  },
  pushed: {
    label: 'Decided deals pushed twice or more',
    unit: 'share',
    better: 'lower',
    influence: 0.4,
    rows: 'decided deal',
  },
  activity: { label: 'Activities a week', unit: 'per_week', better: 'higher', influence: 0.4, rows: 'week' },
} as const satisfies Record<string, MeasureEntry>
export type PerformanceMeasure = keyof typeof PERFORMANCE_MEASURES

interface MeasureEntry {
  readonly label: string
  /** `money` is in micros of the main currency. */
  readonly unit: 'share' | 'money' | 'days' | 'per_week'
  readonly better: 'higher' | 'lower'
  readonly influence: number
  /** Singular of what is counted. */
  readonly rows: string
}

/** One figure of a rep held against another. A verdict other than `too_few` is given only when the interval excludes nought. */
export interface PerformanceComparison {
  readonly measure: PerformanceMeasure
  readonly label: string
  readonly unit: MeasureEntry['unit']
  readonly rows: string
  /** The rep's own days before the recent ones, or the peers. */
  readonly against: 'history' | 'peers'
  readonly rep: Estimate
  readonly other: Estimate
  /** Rep minus other; null where either has too few rows for an interval. */
  readonly difference: Difference | null
  readonly verdict: 'better' | 'worse' | 'too_few'
  /** About how many of the rep's rows more would tell, should the difference hold; null when they alone would not. */
  readonly moreNeeded: number | null
  /** How clearly it stands out (difference over its margin) times the measure's influence; 0 for `too_few`. */
  readonly weight: number
  /** Some of the rep's rows it rests on. */
  readonly evidence: readonly Evidence[]
}

/** What the rep's win rate would be if each deal were won as often as peers win deals of the same product and segment. */
export interface MixEffect {
  readonly expectedRate: number
  readonly actual: Estimate
  /** `mix`: the actual rate is what the mix gives; `better` or `worse`: beyond it; `too_few`: cannot be told. */
  readonly verdict: 'as_expected' | 'better' | 'worse'
  /** Decided deals for whose product and segment the peers had a rate of their own. */
  readonly matched: number
}

export interface QuotaAttainment {
  readonly quota: Money
  /** The calendar quarter of the data day. */
  readonly quarterStart: Day
  readonly quarterWon: Money
  readonly quarterShare: number
  /** The last 365 days over four quotas. */
  readonly yearWon: Money
  readonly yearShare: number
}

export interface LostStage {
  readonly stage: string
  readonly lost: number
  /** Share of the peers' losses from this stage; null when it may not or cannot be told. */
  readonly peerShare: number | null
}

export interface LostReason {
  readonly reason: string
  readonly recent: number
  readonly earlier: number
  /** Share of the peers' losses with a reason that name this one; null when it may not or cannot be told. */
  readonly peerShare: number | null
  readonly evidence: readonly Evidence[]
}

export interface ActivityKind {
  readonly kind: string
  readonly count: number
  readonly share: number
  readonly peerShare: number | null
}

/** What `review-performance` answers in `figures`. */
export interface PerformanceFigures {
  readonly rep: { readonly id: string; readonly name: string; readonly manager: string | null }
  readonly currency: string
  readonly windows: { readonly recentDays: number; readonly historyDays: number }
  /** Who the peers are: seen by the asker, an anonymous sum over at least five, or nobody who may be summed up. */
  readonly peers: { readonly kind: 'seen' | 'anonymous' | 'none'; readonly count: number }
  readonly comparisons: readonly PerformanceComparison[]
  /** The heaviest `better` and `worse` comparison of each measure, heaviest first; empty when nothing stands out. */
  readonly strengths: readonly PerformanceComparison[]
  readonly gaps: readonly PerformanceComparison[]
  readonly mix: MixEffect | null
  readonly quota: QuotaAttainment | null
  /** Stages that lost deals stood in before; `unknownStage` had no recorded change. */
  readonly lostStages: readonly LostStage[]
  readonly unknownStage: number
  readonly lostReasons: readonly LostReason[]
  readonly activityKinds: readonly ActivityKind[]
}

/** Counts of one rep's deals in one window; sums can be added up. */
export interface RepTally {
  readonly repId: string
  /** True when the asker may see this rep's own figures. */
  readonly isSeen: boolean
  readonly window: 'recent' | 'earlier'
  readonly won: number
  readonly lost: number
  readonly pushed: number
  /** Won deals with a value of their own in the main currency, in micros. */
  readonly value: Moments
  /** Won deals with both days. */
  readonly cycles: number
}

export interface RepOpenTally {
  readonly repId: string
  readonly isSeen: boolean
  readonly open: number
  readonly withoutNextStep: number
  /** Open deals past prospecting, where a buyer and a champion can be expected. */
  readonly past: number
  readonly withoutBuyer: number
  readonly withoutChampion: number
}

export interface RepWeeks {
  readonly repId: string
  readonly isSeen: boolean
  readonly window: 'recent' | 'earlier'
  /** Activities per week, over every week of the window. */
  readonly weeks: Moments
}

export interface CycleCount extends Occurrence {
  readonly isRep: boolean
  readonly window: 'recent' | 'earlier'
}

export interface MixCell {
  /** Product and segment. */
  readonly key: string
  readonly repDecided: number
  readonly repWon: number
  readonly peerDecided: number
  readonly peerWon: number
  /** Reps out of the asker's sight among the peers of this cell. */
  readonly unseenPeers: number
}

export interface ReasonCount {
  readonly reason: string
  readonly recent: number
  readonly earlier: number
  readonly peers: number
  readonly evidence: readonly Evidence[]
}

export interface StageCount {
  readonly stage: string
  readonly lost: number
  readonly peers: number
}

/** Which of the fields that a measure needs the records use at all. */
export interface PerformanceTracked {
  readonly nextStep: boolean
  readonly economicBuyer: boolean
  readonly champion: boolean
  readonly pushes: boolean
  readonly activities: boolean
}

export interface PerformanceFacts {
  readonly asOf: Day
  readonly rep: { readonly id: string; readonly name: string; readonly manager: string | null }
  readonly currency: string
  readonly quotaMicros: number | null
  readonly wonInQuarterMicros: number
  readonly wonInYearMicros: number
  readonly peers: PerformanceFigures['peers']
  readonly tracked: PerformanceTracked
  readonly tallies: readonly RepTally[]
  readonly open: readonly RepOpenTally[]
  readonly weeks: readonly RepWeeks[]
  readonly cycles: readonly CycleCount[]
  readonly mix: readonly MixCell[]
  readonly reasons: readonly ReasonCount[]
  /** Peers' lost deals that name a reason, and how many unseen peers have some. */
  readonly peerReasons: { readonly lost: number; readonly unseen: number }
  readonly stages: readonly StageCount[]
  readonly unknownStage: number
  readonly peerStages: { readonly lost: number; readonly unseen: number }
  readonly kinds: readonly { readonly kind: string; readonly count: number; readonly peers: number }[]
  readonly peerKinds: { readonly unseen: number }
  /** The rep's rows behind each measure, newest first, a handful each. */
  readonly evidence: Readonly<Partial<Record<PerformanceMeasure, readonly Evidence[]>>>
}
