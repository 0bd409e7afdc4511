import type { Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'
import type { ChurnBand } from './churn.ts'
import type { HealthBand } from './health.ts'

/** How a renewal is counted. */
export const RENEWAL_OUTLOOKS = ['commit', 'best_case', 'at_risk', 'unknown'] as const
export type RenewalOutlook = (typeof RENEWAL_OUTLOOKS)[number]

/** Renewals counted one way; `arr` sums those with a yearly revenue in the main currency. */
export interface RenewalSum {
  readonly outlook: RenewalOutlook
  readonly renewals: number
  readonly arr: Money
  /** Renewals without a known yearly revenue: counted, not guessed. */
  readonly withoutArr: number
  /** Renewals in another currency: counted, not converted. */
  readonly otherCurrency: number
}

export interface RenewalMonth {
  /** First day of the calendar month. */
  readonly month: Day
  /** All four, in the order of RENEWAL_OUTLOOKS. */
  readonly sums: readonly RenewalSum[]
}

export interface Renewal {
  readonly client: Evidence
  readonly csmName: string | null
  readonly renewalOn: Day
  /** Negative when it has passed. */
  readonly inDays: number
  readonly arr: Money | null
  readonly outlook: RenewalOutlook
  readonly score: number | null
  readonly band: HealthBand
  readonly churnBand: ChurnBand
  /** Why it is counted this way. */
  readonly reason: string
}

/** What `forecast-renewals` answers in `figures`. */
export interface RenewalFigures {
  readonly filters: readonly string[]
  /** Months looked ahead, the current one included from today on. */
  readonly months: number
  readonly currency: string
  readonly byMonth: readonly RenewalMonth[]
  /** The months together. */
  readonly total: readonly RenewalSum[]
  /** What each outlook means, in words. */
  readonly rules: Readonly<Record<RenewalOutlook, string>>
  /** Those that need somebody first: at risk, then unknown, then the rest; nearest and largest first. */
  readonly renewals: readonly Renewal[]
  /** All renewals of the months; `renewals` may be its head only. */
  readonly count: number
  /** Renewal days that have passed with nothing newer on record. */
  readonly pastDue: { readonly count: number; readonly renewals: readonly Renewal[] }
  /** Clients that pay and have no renewal day on record. */
  readonly withoutRenewalDay: number
  readonly computedFor: Day | null
}
