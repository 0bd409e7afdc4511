import type { Money } from '../money.ts'
import type { Evidence, MoneyFigure } from '../skill.ts'
import type { PipelineOutlook } from './pipeline-outlook.ts'
import { rateDropZ, shrunkRate, wilsonInterval } from './statistics.ts'
import { RECENT_DAYS, type AgeLimits, type DealTally } from './tally.ts'

const OPEN_STAGES = ['prospecting', 'qualification', 'proposal', 'negotiation'] as const

export const PIPELINE_GROUPINGS = ['rep', 'manager', 'product', 'segment', 'stage'] as const
export type PipelineGrouping = (typeof PIPELINE_GROUPINGS)[number]

/** Won deals of all decided ones, with the 95 % Wilson interval. Rates are 0 to 1; null when nothing was decided. */
export interface WinRateFigure {
  readonly rate: number | null
  readonly won: number
  readonly lost: number
  /** won + lost. */
  readonly n: number
  readonly low: number | null
  readonly high: number | null
}

/** Days from created to closed of won deals that have both days; null when there is none. */
export interface CycleFigure {
  readonly n: number
  readonly p25Days: number
  readonly medianDays: number
  readonly p75Days: number
  readonly p90Days: number
}

/** Open deals of one stage. `value` is null when not one of them has a value: unknown, not zero. */
export interface StageFigure {
  readonly stage: string
  readonly deals: number
  readonly value: MoneyFigure | null
}

export interface GroupFigure {
  /** The rep's, product's ... id; null gathers the deals that name none. */
  readonly key: string | null
  readonly label: string
  readonly openDeals: number
  readonly openValue: MoneyFigure | null
  readonly winRate: WinRateFigure
  /** The win rate drawn towards the overall one by how few deals were decided; null without any history. */
  readonly adjustedWinRate: number | null
  readonly isSmallSample: boolean
  readonly medianCycleDays: number | null
  /** Open deals older than nine in ten won deals were when they closed; null when that age is unknown. */
  readonly openPastP90: number | null
}

export interface OldDeal {
  readonly deal: Evidence
  readonly ageDays: number
  readonly stage: string
  readonly repName: string | null
  readonly clientName: string | null
}

/** An open deal with its value, where it has one. */
export interface OpenDeal {
  readonly deal: Evidence
  readonly stage: string
  readonly repName: string | null
  readonly clientName: string | null
  readonly value: Money | null
  readonly isEstimated: boolean
}

/** Open deals held against the age at which won deals closed. */
export interface AgeingFigure {
  /** Open deals with a created day; the others have no age. */
  readonly datedDeals: number
  readonly undatedDeals: number
  readonly p75Days: number
  readonly p90Days: number
  readonly olderThanP75: number
  readonly olderThanP90: number
  /** Of the dated open deals, 0 to 1; null when none is dated. */
  readonly shareOlderThanP75: number | null
  readonly shareOlderThanP90: number | null
  readonly oldest: readonly OldDeal[]
}

/** What `review-pipeline` answers in `figures`. */
export interface PipelineFigures {
  /** The filters in words, `rep Anna Snelling`; empty for everything the asker may see. */
  readonly filters: readonly string[]
  readonly open: {
    readonly deals: number
    readonly value: MoneyFigure | null
    readonly stages: readonly StageFigure[]
    readonly withoutClient: number
    readonly withoutCreatedDay: number
  }
  readonly winRate: WinRateFigure
  /** The win rate of the last `days` and of the time before; `isFall` when it dropped by more than chance explains. */
  readonly winRateTrend: {
    readonly days: number
    readonly recent: WinRateFigure
    readonly earlier: WinRateFigure
    readonly isFall: boolean
  }
  readonly cycle: CycleFigure | null
  /** Null when too few won deals have both days. */
  readonly ageing: AgeingFigure | null
  readonly groups: { readonly by: PipelineGrouping; readonly rows: readonly GroupFigure[] } | null
  /** A few by name, the highest value first. */
  readonly largest?: readonly OpenDeal[]
  /** A few that have no value, the longest open first. */
  readonly unvalued?: readonly OpenDeal[]
  /** Coverage, velocity, slipping, concentration, forecast and what changed. */
  readonly outlook?: PipelineOutlook
}

/** Below this many decided deals a group's rate is called a small sample. */
const SMALL_SAMPLE = 30
export interface PipelineTallies {
  readonly filters: readonly string[]
  readonly currency: string
  readonly all: DealTally
  readonly stages: readonly DealTally[]
  readonly groups: { readonly by: PipelineGrouping; readonly tallies: readonly DealTally[] } | null
  readonly limits: AgeLimits | null
  readonly oldest: readonly OldDeal[]
}

/** Turns counts into the figures of a pipeline review. Pure: the same for counts from SQL and from `tallyDeals`. */
export function pipelineFigures(tallies: PipelineTallies): PipelineFigures {
  const { all } = tallies
  return {
    filters: tallies.filters,
    open: {
      deals: all.openDeals,
      value: openValue(all, tallies.currency),
      stages: stagesInOrder(tallies),
      withoutClient: all.openWithoutClient,
      withoutCreatedDay: all.openDeals - all.openDated,
    },
    winRate: winRateOf(all),
    winRateTrend: trendOf(all),
    cycle: cycleOf(all),
    ageing: ageingOf(tallies),
    groups: tallies.groups && { by: tallies.groups.by, rows: groupRows(tallies.groups.tallies, tallies) },
  }
}

/** Won of decided deals with the Wilson interval. */
export function winRateOf(tally: Pick<DealTally, 'won' | 'lost'>): WinRateFigure {
  const n = tally.won + tally.lost
  const rate = n === 0 ? null : tally.won / n
  const interval = rate === null ? null : wilsonInterval(rate, n)
  return { rate, won: tally.won, lost: tally.lost, n, low: interval?.low ?? null, high: interval?.high ?? null }
}

/** Standard errors a fall must span to be called one: about 1 in 40 by chance. */
const FALL_FROM_Z = 1.96

function trendOf(tally: DealTally): PipelineFigures['winRateTrend'] {
  const recent = winRateOf({ won: tally.recentWon, lost: tally.recentLost })
  const earlier = winRateOf({ won: tally.earlierWon, lost: tally.earlierLost })
  return { days: RECENT_DAYS, recent, earlier, isFall: rateDropZ(earlier, recent) >= FALL_FROM_Z }
}

/** The sum of what is valued; null when nothing is, because zero would be a lie. */
export function openValue(tally: DealTally, currency: string): MoneyFigure | null {
  if (tally.valuedRows === 0) return null
  return {
    amount: { amountMicros: tally.amountMicros, currency },
    rows: tally.openDeals,
    estimatedRows: tally.estimatedRows,
    unvaluedRows: tally.openDeals - tally.valuedRows,
  }
}

function cycleOf(tally: DealTally): CycleFigure | null {
  if (tally.cycleDays === null) return null
  const [p25Days, medianDays, p75Days, p90Days] = tally.cycleDays
  return { n: tally.cycleN, p25Days, medianDays, p75Days, p90Days }
}

function stagesInOrder(tallies: PipelineTallies): StageFigure[] {
  return OPEN_STAGES.flatMap((stage) => {
    const tally = tallies.stages.find((candidate) => candidate.key === stage)
    return tally === undefined || tally.openDeals === 0
      ? []
      : [{ stage, deals: tally.openDeals, value: openValue(tally, tallies.currency) }]
  })
}

function ageingOf({ all, limits, oldest }: PipelineTallies): AgeingFigure | null {
  if (limits === null) return null
  const share = (count: number): number | null => (all.openDated === 0 ? null : count / all.openDated)
  return {
    datedDeals: all.openDated,
    undatedDeals: all.openDeals - all.openDated,
    ...limits,
    olderThanP75: all.olderThanP75,
    olderThanP90: all.olderThanP90,
    shareOlderThanP75: share(all.olderThanP75),
    shareOlderThanP90: share(all.olderThanP90),
    oldest,
  }
}

function groupRows(groups: readonly DealTally[], { all, currency, limits }: PipelineTallies): GroupFigure[] {
  const overall = winRateOf(all).rate
  return groups
    .map((tally) => {
      const winRate = winRateOf(tally)
      return {
        key: tally.key,
        label: tally.label ?? 'not stated',
        openDeals: tally.openDeals,
        openValue: openValue(tally, currency),
        winRate,
        adjustedWinRate: overall === null ? null : shrunkRate(tally.won, winRate.n, overall),
        isSmallSample: winRate.n < SMALL_SAMPLE,
        medianCycleDays: tally.cycleDays?.[1] ?? null,
        openPastP90: limits === null ? null : tally.olderThanP90,
      }
    })
    .toSorted((a, b) => b.openDeals - a.openDeals || a.label.localeCompare(b.label))
}
