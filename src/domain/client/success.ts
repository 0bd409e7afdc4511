import type { Day } from '../day.ts'
import type { Evidence } from '../skill.ts'
import type { HealthComponentName, HealthFigures } from './health.ts'

export const SUCCESS_TIMELINES = ['quarter', 'half-year', 'year'] as const
export type SuccessTimeline = (typeof SUCCESS_TIMELINES)[number]

/** Where a goal has to go, and why that can be reached. */
export interface SuccessTarget {
  /** Of 100, on the scale of the input's formula. */
  readonly score: number
  /** As a person reads it. */
  readonly text: string
  readonly basis: 'own_best' | 'healthy_peers' | 'healthy_edge'
  readonly basisText: string
}

export interface SuccessGoal {
  /** In words: given by the person, or made from the input. */
  readonly text: string
  readonly origin: 'given' | 'derived'
  /** The input of the health model that measures it; null when no stored row does. */
  readonly measure: {
    readonly input: string
    readonly component: HealthComponentName
    readonly label: string
    readonly formula: string
    /** As a person reads it today; null without rows. */
    readonly today: string | null
    readonly score: number | null
  } | null
  readonly target: SuccessTarget | null
  readonly byDay: Day
  readonly evidence: readonly Evidence[]
}

export interface SuccessPhase {
  readonly name: string
  readonly from: Day
  readonly to: Day
  readonly focus: string
  /** What each measured goal should have reached by its end, of 100. */
  readonly milestones: readonly { readonly goal: string; readonly score: number }[]
}

/** What `plan-success` answers in `figures`. */
export interface SuccessFigures {
  readonly client: HealthFigures['client']
  readonly health: { readonly score: number | null; readonly band: HealthFigures['band'] }
  readonly timeline: SuccessTimeline
  readonly from: Day
  readonly to: Day
  readonly goals: readonly SuccessGoal[]
  readonly phases: readonly SuccessPhase[]
  readonly checkIns: { readonly everyDays: number; readonly days: readonly Day[]; readonly reason: string }
  readonly who: {
    readonly ours: readonly string[]
    readonly theirs: readonly { readonly contact: Evidence; readonly role: string | null }[]
  }
}
