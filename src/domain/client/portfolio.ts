import type { Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence, MoneyFigure } from '../skill.ts'
import type { ChurnBand } from './churn.ts'
import type { HealthBand } from './health.ts'

export const PORTFOLIO_FOCUSES = ['overview', 'moves', 'payments'] as const
export type PortfolioFocus = (typeof PORTFOLIO_FOCUSES)[number]

export interface BandCount {
  readonly band: HealthBand
  readonly clients: number
  /** Yearly revenue in the main currency; null when no client of the band has one. */
  readonly arr: MoneyFigure | null
}

/** A client as the portfolio names it. */
export interface PortfolioClient {
  readonly client: Evidence
  readonly csmName: string | null
  readonly arr: Money | null
  readonly renewalOn: Day | null
  readonly renewalInDays: number | null
  readonly score: number | null
  readonly band: HealthBand
  readonly change30: number | null
  readonly churnBand: ChurnBand
  /** What moves the score most, or why it is unknown. */
  readonly reason: string | null
}

/** Clients at risk or worse, with what they pay a year. */
export interface RevenueAtRisk {
  readonly clients: number
  readonly arr: MoneyFigure | null
}

export const AGEING_BUCKETS = ['current', '1-30', '31-60', '61-90', '>90'] as const
export type AgeingBucketName = (typeof AGEING_BUCKETS)[number]

/** Unpaid invoices of one currency by days past their due day. */
export interface AgeingBucket {
  readonly bucket: AgeingBucketName
  readonly currency: string
  readonly invoices: number
  readonly clients: number
  readonly amount: Money
  /** Invoices without an amount: counted, not guessed. */
  readonly withoutAmount: number
}

/** A client whose last paid invoices were paid later than those before. Days after the due day; negative is early. */
export interface SlowingPayer {
  readonly client: Evidence
  readonly csmName: string | null
  /** Of the latest paid invoices, oldest first. */
  readonly daysLate: readonly number[]
  readonly lastDaysLate: number
  /** Mean of the last three paid. */
  readonly recentMean: number
  /** Mean of the three before. */
  readonly earlierMean: number
  readonly overdue: Money | null
  readonly oldestOverdueDays: number | null
  readonly evidence: readonly Evidence[]
}

export interface SilentClient extends PortfolioClient {
  readonly lastActivityOn: Day
  readonly days: number
}

/** What `review-portfolio` answers in `figures`. */
export interface PortfolioFigures {
  readonly focus: PortfolioFocus
  /** The narrowing in words: `segment Enterprise`. */
  readonly filters: readonly string[]
  readonly clients: number
  readonly currency: string
  /** Clients whose yearly revenue is in another currency; not in the sums. */
  readonly otherCurrencyClients: number
  /** Oldest day for which a health shown here was computed; null when none was. */
  readonly computedFor: Day | null
  /** Clients no refresh has looked at yet; they count as unknown. */
  readonly notLookedAt: number
  readonly bands: readonly BandCount[]
  readonly atRisk: {
    readonly all: RevenueAtRisk
    /** Of them, renewing within so many days. */
    readonly renewing90: RevenueAtRisk
    readonly renewing180: RevenueAtRisk
    /** The heaviest ones: nearest renewal and most money first. */
    readonly clients: readonly PortfolioClient[]
  }
  readonly moves: {
    readonly fallen: number
    readonly risen: number
    /** By points lost or gained in 30 days. */
    readonly down: readonly PortfolioClient[]
    readonly up: readonly PortfolioClient[]
  }
  readonly silent: { readonly afterDays: number; readonly count: number; readonly clients: readonly SilentClient[] }
  readonly payments: {
    readonly asOf: Day
    readonly ageing: readonly AgeingBucket[]
    readonly overdueInvoices: number
    readonly slowing: { readonly count: number; readonly clients: readonly SlowingPayer[] }
  }
  /** Clients with more active users than licensed seats: ready to grow. */
  readonly aboveLicence: readonly { readonly client: Evidence; readonly active: number; readonly seats: number }[]
  readonly unknown: { readonly count: number; readonly clients: readonly PortfolioClient[] }
}
