import { addDays, type Day } from '#domain/day.ts'
import { forecastPart, type ForecastFigure } from '#domain/deal/forecast.ts'
import { pipelineChanges, type PipelineChanges } from '#domain/deal/pipeline-changes.ts'
import {
  concentrationOf,
  coverageOf,
  quarterOf,
  velocityOf,
  type PipelineFocus,
  type PipelineOutlook,
  type QuotaCounts,
} from '#domain/deal/pipeline-outlook.ts'
import type { PipelineFigures } from '#domain/deal/pipeline.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import type { DealYardsticks } from './deal-yardsticks-store.ts'
import { findSnapshotDays, listPairs } from './pipeline-changes-store.ts'
import { findQuotaCounts, findShares, findSlipping, listOpenCells, sumWon } from './pipeline-outlook-store.ts'
import type { PipelineFilter } from './pipeline-store.ts'
import { trackedNames } from './tracked-names.ts'

/** Days back that a review compares with when no day is given. */
const WEEK_DAYS = 7

export interface OutlookTerms {
  readonly visible: VisibleReps
  /** The scope of the filter. */
  readonly scope: Sql
  readonly filter: PipelineFilter
  readonly asOf: Day
  readonly currency: string
  readonly yardsticks: DealYardsticks
  readonly since: Day | undefined
}

/** What the rows say beyond counts of how deals stand, before it is held against the counts. */
export interface Stance extends Pick<PipelineOutlook, 'slipping' | 'concentration'> {
  /** Null where a quota cannot be held against the filter. */
  readonly quota: QuotaCounts | null
}

/** What moved, and what may come of it. */
export type Movement = Pick<PipelineOutlook, 'forecast' | 'changes' | 'since' | 'snapshotsSince'>

/** Reads how the deals of one scope stand: quota, slipping, concentration. */
export async function readStance(handle: Handle, terms: OutlookTerms): Promise<Stance> {
  const { scope, asOf, currency } = terms
  return {
    quota: await findQuota(handle, terms),
    slipping: await findSlipping(handle, scope, { asOf, currency }),
    concentration: concentrationOf(
      await findShares(handle, scope, { by: 'deal', currency }),
      await findShares(handle, scope, { by: 'client', currency }),
      currency,
    ),
  }
}

/** Reads how the deals of one scope move: the forecast, and what changed since a stored day. */
export async function readMovement(handle: Handle, terms: OutlookTerms): Promise<Movement> {
  const since = terms.since ?? addDays(terms.asOf, -WEEK_DAYS)
  const looked = await findSnapshotDays(handle, since)
  return {
    forecast: await findForecast(handle, terms),
    changes: await findChanges(handle, terms, { since, ...looked }),
    since,
    snapshotsSince: looked.first,
  }
}

/** Both beside the counts of the same scope. */
export function outlookOf(
  { quota, ...stance }: Stance,
  movement: Movement,
  terms: {
    readonly figures: PipelineFigures
    readonly focus: PipelineFocus
    readonly asOf: Day
    readonly currency: string
  },
): PipelineOutlook {
  const { figures, focus, asOf, currency } = terms
  const coverage = quota && coverageOf(quota, { asOf, currency, winRate: figures.winRate })
  return { ...stance, ...movement, focus, coverage, velocity: velocityOf(figures) }
}

/** A quota belongs to a rep: it cannot be held against one product, segment, stage or client. */
async function findQuota(
  handle: Handle,
  { filter, visible, currency, asOf }: OutlookTerms,
): Promise<QuotaCounts | null> {
  const { product, segment, stage, clientId } = filter
  if ([product, segment, stage, clientId].some((name) => name !== undefined)) return null
  return findQuotaCounts(handle, { visible, filter, currency, start: quarterOf(asOf).start, asOf })
}

async function findForecast(handle: Handle, terms: OutlookTerms): Promise<ForecastFigure | null> {
  const { scope, currency, asOf } = terms
  const { outcomes, calibration } = terms.yardsticks
  const { start, end } = quarterOf(asOf)
  const cells = await listOpenCells(handle, scope, { currency, start, end })
  const open = forecastPart(cells, outcomes, currency)
  const inQuarter = forecastPart(
    cells.filter((cell) => cell.isThisQuarter),
    outcomes,
    currency,
  )
  if (open === null || inQuarter === null) return null
  const won = await sumWon(handle, scope, { currency, start, asOf })
  return {
    open,
    thisQuarter: { ...inQuarter, from: start, to: end, wonSoFar: { amountMicros: won, currency } },
    decidedDeals: outcomes.decided(),
    calibration,
  }
}

async function findChanges(
  handle: Handle,
  { scope, asOf, currency, yardsticks }: OutlookTerms,
  looked: { readonly since: Day; readonly compared: Day | null; readonly isReconstructed: boolean },
): Promise<PipelineChanges | null> {
  const { since, compared, isReconstructed } = looked
  if (compared === null || compared >= asOf) return null
  const tracked = trackedNames(yardsticks.tracked)
  const pairs = await listPairs(handle, scope, { since: compared, asOf, tracked })
  return pipelineChanges(pairs, { since, comparedWith: compared, isReconstructed, asOf, currency })
}
