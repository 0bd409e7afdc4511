import type { Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'
import type { HealthComponentName, HealthFigures } from './health.ts'

/** A line of a chart; a week without rows has no point. */
export interface QbrSeries {
  readonly label: string
  readonly unit: string
  readonly points: readonly { readonly onDay: Day; readonly value: number }[]
}

/** A figure of the quarter beside that of the quarter before; null where no row gives it. */
export interface QbrFigure {
  readonly label: string
  readonly unit: string
  readonly now: number | null
  readonly before: number | null
  readonly evidence: readonly Evidence[]
}

export interface QbrHighlight {
  readonly onDay: Day
  readonly title: string
  readonly detail: string | null
  readonly evidence: Evidence
}

export interface QbrCommitment {
  readonly text: string
  readonly side: 'us' | 'them' | 'unknown'
  readonly saidOn: Day
  readonly dueOn: Day | null
  readonly doneOn: Day | null
  readonly state: 'kept' | 'open' | 'overdue'
  readonly evidence: Evidence
}

/** Something to do next quarter, from a gap. */
export interface QbrProposal {
  readonly title: string
  readonly why: string
  /** How one will see it, with today's figure. */
  readonly measure: string
  readonly evidence: readonly Evidence[]
}

/** What `prepare-qbr` answers in `figures`: everything a printable page shows. */
export interface QbrFigures {
  readonly client: HealthFigures['client']
  readonly people: {
    readonly ours: readonly string[]
    readonly theirs: readonly { readonly contact: Evidence; readonly role: string | null }[]
  }
  /** 91 days that end with the day the client's data speaks for. */
  readonly period: { readonly from: Day; readonly to: Day; readonly beforeFrom: Day }
  readonly series: readonly QbrSeries[]
  readonly adoption: readonly QbrFigure[]
  readonly support: readonly QbrFigure[]
  readonly payments: readonly QbrFigure[]
  readonly overdue: {
    readonly invoices: number
    readonly amount: Money | null
    readonly withoutAmount: number
    readonly evidence: readonly Evidence[]
  }
  /** What the software did for them, from rows only; empty when none says so. */
  readonly value: readonly QbrFigure[]
  readonly highlights: readonly QbrHighlight[]
  readonly commitments: {
    readonly kept: number
    readonly open: number
    readonly overdue: number
    readonly items: readonly QbrCommitment[]
  }
  readonly health: {
    readonly now: number | null
    readonly quarterAgo: number | null
    readonly change: number | null
    readonly band: HealthFigures['band']
    readonly components: readonly {
      readonly name: HealthComponentName
      readonly label: string
      readonly now: number | null
      readonly quarterAgo: number | null
    }[]
  }
  readonly renewal: { readonly onDay: Day | null; readonly inDays: number | null; readonly arr: Money | null }
  readonly proposals: readonly QbrProposal[]
  readonly missing: readonly string[]
}
