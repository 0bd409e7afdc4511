import type { Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'

/** One line of a section: why it is there, the rows behind it and exactly one action. */
export interface HomeEntry {
  readonly id: string
  readonly title: string
  readonly why: string
  /** `in 3 days`, `$120K`, `-14 points`; null when there is no figure. */
  readonly figure: string | null
  readonly signal: 'good' | 'watch' | 'risk' | 'unknown' | null
  readonly onDay: Day | null
  readonly record: Evidence | null
  readonly evidence: readonly Evidence[]
  readonly action:
    | { readonly kind: 'ask'; readonly label: string; readonly persona: string; readonly text: string }
    | { readonly kind: 'open'; readonly label: string; readonly href: string }
}

export interface HomeSection {
  readonly id: string
  readonly title: string
  readonly entries: readonly HomeEntry[]
  readonly total: number
  /** Where all of them are. */
  readonly open: string
  /** What to say when there are none: that all is well, or what data is missing. */
  readonly empty: string
}

/** What a room found for a section: the first rows, how many there are in all, and what could not be looked at. */
export interface Found<Row> {
  readonly asOf: Day
  readonly rows: readonly Row[]
  readonly total: number
  /** Records that were looked through; 0 means that "none found" says nothing. */
  readonly lookedAt: number
  /** Sentences on data that would have been needed, each with what supplies it. */
  readonly missing: readonly string[]
}

/** Rows shown per section; the rest is behind `open`. */
export const ENTRIES_SHOWN = 5

/** An open deal with high risk, a next step or an expected close that has passed. */
export interface DealNeedingMe {
  readonly id: string
  readonly name: string
  /** What to call the deal so that it is found again. */
  readonly askName: string
  readonly stage: string
  readonly clientName: string | null
  readonly value: Money | null
  readonly isEstimated: boolean
  readonly riskLevel: 'high' | 'medium' | 'low' | 'unknown' | null
  /** The heaviest risk in one sentence, as last computed. */
  readonly reason: string | null
  readonly nextStep: string | null
  readonly stepDaysLate: number | null
  readonly closeDaysLate: number | null
}

export interface MeetingAhead {
  readonly id: string
  readonly kind: string
  readonly onDay: Day
  readonly inDays: number
  readonly subject: string | null
  readonly client: Evidence | null
  readonly deal: Evidence | null
  readonly contactName: string | null
  readonly contactRole: string | null
}

/** Something promised in a call that is not done yet; `daysLate` is negative before the due day. */
export interface CommitmentDue {
  readonly id: string
  readonly text: string
  readonly saidOn: Day
  readonly dueOn: Day
  readonly daysLate: number
  readonly side: 'us' | 'them' | 'unknown'
  readonly speaker: string | null
  readonly transcript: Evidence
  readonly deal: Evidence | null
  readonly client: Evidence | null
}

/** A client whose score moved within 30 days by more than a little. */
export interface ClientMoved {
  readonly id: string
  readonly name: string
  /** 0 to 100. */
  readonly score: number | null
  readonly change30: number
  readonly band: string
  readonly reason: string | null
  readonly arr: Money | null
  readonly day: Day
  /** The stored day that holds the score; null when none was stored. */
  readonly snapshotDay: Day | null
}

export interface RenewalAhead {
  readonly id: string
  readonly name: string
  readonly renewalOn: Day
  readonly inDays: number
  readonly arr: Money | null
  readonly score: number | null
  readonly band: string
  readonly reason: string | null
}

/** Unpaid invoices of one client in one currency that are past their due day. */
export interface StuckPayment {
  readonly id: string
  readonly name: string
  readonly amount: Money | null
  readonly invoices: number
  readonly oldestDays: number
  readonly oldestDueOn: Day
  readonly invoiceIds: readonly string[]
}

export const TEAM_CHANGE_KINDS = ['lost', 'won', 'slipped', 'silent', 'riskier', 'advanced', 'new'] as const
export type TeamChangeKind = (typeof TEAM_CHANGE_KINDS)[number]

/** One deal that differs between the stored day a week ago and now. */
export interface TeamChange {
  readonly dealId: string
  readonly name: string
  readonly askName: string
  readonly repName: string | null
  readonly kind: TeamChangeKind
  /** Stage, day or risk level before and now, as the kind says; null where there was none. */
  readonly before: string | null
  readonly now: string | null
  readonly value: Money | null
  readonly isEstimated: boolean
  /** Of the stored days that were compared. */
  readonly snapshotDays: readonly Day[]
}

/** What the rows say about one rep; the rule over it is `coachingNeedOf`. */
export interface RepRecord {
  readonly repId: string
  readonly name: string
  /** Deals decided in the last 180 days, and in the 365 days before those. */
  readonly wonNow: number
  readonly decidedNow: number
  readonly wonBefore: number
  readonly decidedBefore: number
  readonly openDeals: number
  readonly highRiskDeals: number
  /** In the main currency; null when no high-risk deal has a value. */
  readonly atRisk: Money | null
  readonly openValue: Money | null
  /** Open deals without a recorded contact for 30 days or more. */
  readonly silentDeals: number
  readonly dealIds: readonly { readonly id: string; readonly label: string; readonly why: 'risk' | 'silent' | 'lost' }[]
}

export interface CoachingNeed {
  readonly repId: string
  readonly name: string
  readonly reasons: readonly string[]
  readonly atRisk: Money | null
  readonly evidence: readonly Evidence[]
}

/** One rep's quarter: what is won, what the open deals that close in it may add, and the quota. */
export interface QuotaForecast {
  readonly repId: string
  readonly name: string
  /** Last day of the calendar quarter; quotas are taken to be per quarter. */
  readonly quarterEndsOn: Day
  readonly quota: Money
  readonly won: Money
  /** Won plus value times chance of each open deal that is due in the quarter. */
  readonly expected: Money
  /** One standard deviation of `expected`, each open deal being won or lost by its own chance. */
  readonly spreadMicros: number
  readonly openDeals: number
  /** Open deals due in the quarter that could not be counted: no value, another currency, or no chance computed. */
  readonly uncountedDeals: number
  readonly dealIds: readonly { readonly id: string; readonly label: string }[]
}

/** An empty finding, for rooms that have nothing to look through. */
export function nothingFound<Row>(asOf: Day, missing: readonly string[]): Found<Row> {
  return { asOf, rows: [], total: 0, lookedAt: 0, missing }
}
