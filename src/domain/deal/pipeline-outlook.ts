import { daysBetween, monthStart, addDays, type Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'
import type { ForecastFigure } from './forecast.ts'
import type { CycleFigure, PipelineFigures, WinRateFigure } from './pipeline.ts'
import type { PipelineChanges } from './pipeline-changes.ts'

export const PIPELINE_FOCUSES = ['overview', 'changes', 'forecast', 'coverage', 'ageing', 'concentration'] as const
export type PipelineFocus = (typeof PIPELINE_FOCUSES)[number]

/** Quota of the calendar quarter against what was won in it and what is open. All money in one currency. */
export interface CoverageFigure {
  /** A quota is taken to be per calendar quarter: the records do not say. */
  readonly quarterStart: Day
  readonly quarterEnd: Day
  readonly repsWithQuota: number
  readonly repsWithoutQuota: readonly Evidence[]
  readonly repsWithoutQuotaCount: number
  readonly quota: Money
  /** Won in the quarter by reps with a quota, up to the day. */
  readonly won: Money
  readonly wonDeals: number
  readonly wonUnvaluedDeals: number
  /** Never below zero. */
  readonly remaining: Money
  /** Open deals of reps with a quota, at full value, whenever they close. */
  readonly open: Money
  /** Open over remaining; null when nothing remains. */
  readonly ratio: number | null
  /** One over the win rate: the ratio at which deals won as often as until now fill the quota. */
  readonly neededRatio: number | null
}

/** Value won per day if deals go on as they did: deals x mean value x win rate / median days to win. */
export interface VelocityFigure {
  readonly perDay: Money
  readonly perMonth: Money
  readonly openDeals: number
  /** Deals with a value; the mean is over these and is taken to hold for all. */
  readonly valuedDeals: number
  readonly meanValue: Money
  readonly winRate: number
  readonly medianCycleDays: number
}

export interface SlippingDeal {
  readonly deal: Evidence
  readonly stage: string
  readonly repName: string | null
  readonly clientName: string | null
  readonly expectedCloseOn: Day | null
  readonly daysPast: number | null
  readonly pushedCount: number
  readonly value: Money | null
}

/** Open deals whose expected close passed or was moved later. */
export interface SlippingFigure {
  readonly openDeals: number
  readonly withoutExpectedClose: number
  readonly passed: number
  readonly pushed: number
  readonly pushedTwice: number
  /** Value of those that passed or were pushed, in the review's currency; null when none has one. */
  readonly value: Money | null
  readonly worst: readonly SlippingDeal[]
}

export interface ShareLine {
  readonly record: Evidence
  readonly value: Money
  /** Of all open value, 0 to 1. */
  readonly share: number
}

/** How much of the open value hangs on few deals and clients. Shares are of what has a value in one currency. */
export interface ConcentrationFigure {
  readonly valuedDeals: number
  readonly total: Money
  readonly topDeals: readonly ShareLine[]
  readonly topDealsShare: number
  readonly clients: number
  readonly topClients: readonly ShareLine[]
  readonly topClientsShare: number
  /** Sum of squared shares: 1 is all in one, 1 / n is even. */
  readonly herfindahlDeals: number
  readonly herfindahlClients: number
}

/** What a review says beyond counts. Each part is null when the data cannot tell. */
export interface PipelineOutlook {
  readonly focus: PipelineFocus
  readonly coverage: CoverageFigure | null
  readonly velocity: VelocityFigure | null
  readonly slipping: SlippingFigure
  readonly concentration: ConcentrationFigure | null
  readonly forecast: ForecastFigure | null
  readonly changes: PipelineChanges | null
  /** The day asked to compare with. */
  readonly since: Day
  /** The first day that was looked at; null when none was. */
  readonly snapshotsSince: Day | null
}

/** The calendar quarter of a day. */
export function quarterOf(day: Day): { start: Day; end: Day } {
  const month = Number(day.slice(5, 7)) - 1
  const start = monthStart(day, -(month % 3))
  return { start, end: addDays(monthStart(start, 3), -1) }
}

/** Counts that a coverage is made of. */
export interface QuotaCounts {
  readonly repsWithQuota: number
  readonly repsWithoutQuota: readonly Evidence[]
  readonly repsWithoutQuotaCount: number
  readonly quotaMicros: number
  readonly wonMicros: number
  readonly wonDeals: number
  readonly wonUnvaluedDeals: number
  readonly openMicros: number
}

/** Coverage of the quarter; null without a rep with a quota. */
export function coverageOf(
  counts: QuotaCounts,
  terms: { readonly asOf: Day; readonly currency: string; readonly winRate: WinRateFigure },
): CoverageFigure | null {
  if (counts.repsWithQuota === 0) return null
  const { start, end } = quarterOf(terms.asOf)
  const money = (amountMicros: number): Money => ({ amountMicros, currency: terms.currency })
  const remaining = Math.max(0, counts.quotaMicros - counts.wonMicros)
  const { rate } = terms.winRate
  return {
    quarterStart: start,
    quarterEnd: end,
    repsWithQuota: counts.repsWithQuota,
    repsWithoutQuota: counts.repsWithoutQuota,
    repsWithoutQuotaCount: counts.repsWithoutQuotaCount,
    quota: money(counts.quotaMicros),
    won: money(counts.wonMicros),
    wonDeals: counts.wonDeals,
    wonUnvaluedDeals: counts.wonUnvaluedDeals,
    remaining: money(remaining),
    open: money(counts.openMicros),
    ratio: remaining === 0 ? null : counts.openMicros / remaining,
    neededRatio: rate === null || rate === 0 ? null : 1 / rate,
  }
}

/** Null unless deals, values, a win rate and a cycle are all known. */
export function velocityOf(figures: {
  readonly open: PipelineFigures['open']
  readonly winRate: WinRateFigure
  readonly cycle: CycleFigure | null
}): VelocityFigure | null {
  const { open, winRate, cycle } = figures
  if (open.value === null || winRate.rate === null || cycle === null || cycle.medianDays <= 0) return null
  const valuedDeals = open.value.rows - open.value.unvaluedRows
  if (valuedDeals === 0) return null
  const { currency, amountMicros } = open.value.amount
  const meanMicros = amountMicros / valuedDeals
  const perDay = (open.deals * meanMicros * winRate.rate) / cycle.medianDays
  return {
    perDay: { amountMicros: Math.round(perDay), currency },
    perMonth: { amountMicros: Math.round(perDay * 30), currency },
    openDeals: open.deals,
    valuedDeals,
    meanValue: { amountMicros: Math.round(meanMicros), currency },
    winRate: winRate.rate,
    medianCycleDays: cycle.medianDays,
  }
}

/** Open value by one kind of record: its sum, its squares and the largest. */
export interface ShareCounts {
  readonly records: number
  readonly sumMicros: number
  readonly sumSquares: number
  readonly top: readonly { readonly record: Evidence; readonly amountMicros: number }[]
}

/** Null when nothing open has a value above zero. `clients` leaves out deals that name none; shares are of all value. */
export function concentrationOf(
  deals: ShareCounts,
  clients: ShareCounts,
  currency: string,
): ConcentrationFigure | null {
  const total = deals.sumMicros
  if (total <= 0) return null
  const lines = (counts: ShareCounts): ShareLine[] =>
    counts.top.map(({ record, amountMicros }) => ({
      record,
      value: { amountMicros, currency },
      share: amountMicros / total,
    }))
  const [topDeals, topClients] = [lines(deals), lines(clients)]
  const shareOf = (some: readonly ShareLine[]): number => some.reduce((sum, line) => sum + line.share, 0)
  return {
    valuedDeals: deals.records,
    total: { amountMicros: total, currency },
    topDeals,
    topDealsShare: shareOf(topDeals),
    clients: clients.records,
    topClients,
    topClientsShare: shareOf(topClients),
    herfindahlDeals: deals.sumSquares / total ** 2,
    herfindahlClients: clients.sumSquares / total ** 2,
  }
}

/** Days past the expected close; null when it lies ahead or is not set. */
export function daysPast(expectedCloseOn: Day | null, asOf: Day): number | null {
  return expectedCloseOn !== null && expectedCloseOn < asOf ? daysBetween(expectedCloseOn, asOf) : null
}
