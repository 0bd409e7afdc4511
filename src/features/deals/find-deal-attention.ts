import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { describeValue } from '#domain/deal/describe-pipeline.ts'
import { openValue, winRateOf } from '#domain/deal/pipeline.ts'
import type { AgeLimits, DealTally } from '#domain/deal/tally.ts'
import { countOf, formatCount, formatShare } from '#domain/figure-text.ts'
import type { Attention, AttentionCandidate, HeadlineFigure } from '#domain/home/attention.ts'
import { formatMoney } from '#domain/money.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import * as candidates from './deal-candidates.ts'
import {
  countLongOverdue,
  listAgeingByRep,
  listChampionsLeft,
  listDealsWithoutClient,
  listOverdueSteps,
  listProductOutcomes,
  listStuckDeals,
  type AttentionScope,
} from './deal-attention-store.ts'
import { findDealDay } from './deals-store.ts'
import { ageLimitsOf } from './deal-yardsticks-store.ts'
import { findMainCurrency, listOldest, pipelineScope } from './pipeline-store.ts'
import { tallyPipeline } from './pipeline-tally-store.ts'

/** What the principal's deals contribute to the home page. */
export async function findDealAttention(
  needs: { readonly database: Database; readonly clock: Clock },
  principal: Principal,
): Promise<Attention> {
  return needs.database.inSnapshot(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const scope = { visible: principal.visible, asOf }
    const everything = pipelineScope(principal.visible)
    const currency = await findMainCurrency(handle, everything)
    // What is older than the limits is listed below, not counted here.
    const { all: tally } = await tallyPipeline(handle, everything, { asOf, currency, limits: null })
    const limits = ageLimitsOf(tally)
    return {
      asOf,
      candidates: [
        ...(await listPersonal(handle, scope, limits)),
        ...(await listAgeing(handle, scope, { limits, currency })),
        ...candidates.fallingProduct(await listProductOutcomes(handle, scope)),
        ...(await listGaps(handle, scope, tally)),
      ],
      figures: figuresOf(tally, currency),
      caveats: caveatsOf(tally, await countLongOverdue(handle, scope)),
    }
  })
}

async function listPersonal(
  handle: Handle,
  scope: AttentionScope,
  limits: AgeLimits | null,
): Promise<AttentionCandidate[]> {
  const stuck = limits === null ? [] : await listStuckDeals(handle, scope, limits.p75Days)
  return [
    ...(await listOverdueSteps(handle, scope)).map(candidates.overdueStep),
    ...(await listChampionsLeft(handle, scope)).map(candidates.championLeft),
    ...stuck.map((row) => candidates.stuckDeal(row, limits?.p75Days ?? 0)),
  ]
}

/** The reps with most ageing deals, each with their oldest as evidence. */
async function listAgeing(
  handle: Handle,
  scope: AttentionScope,
  terms: { limits: AgeLimits | null; currency: string },
): Promise<AttentionCandidate[]> {
  const { limits, currency } = terms
  if (limits === null) return []
  const found: AttentionCandidate[] = []
  const rows = await listAgeingByRep(handle, scope, { olderThanDays: limits.p90Days, currency })
  for (const row of rows.slice(0, 3)) {
    const mine = pipelineScope(scope.visible, row.repId === null ? {} : { repId: row.repId })
    const oldest = await listOldest(handle, mine, { asOf: scope.asOf, olderThanDays: limits.p90Days, limit: 5 })
    found.push(candidates.ageingDeals(row, { p90Days: limits.p90Days, currency, oldest }))
  }
  return found
}

async function listGaps(handle: Handle, scope: AttentionScope, tally: DealTally): Promise<AttentionCandidate[]> {
  const unvalued = tally.openDeals - tally.valuedRows - tally.otherCurrencyRows
  const orphans = tally.openWithoutClient === 0 ? [] : await listDealsWithoutClient(handle, scope)
  const oldest =
    unvalued === 0
      ? []
      : await listOldest(handle, pipelineScope(scope.visible), { asOf: scope.asOf, olderThanDays: 0, limit: 5 })
  return [
    ...candidates.dealsWithoutClient(tally.openWithoutClient, orphans, tally.openDeals),
    ...candidates.dealsWithoutValue(unvalued, tally.openDeals, oldest),
  ]
}

function figuresOf(tally: DealTally, currency: string): HeadlineFigure[] {
  if (tally.openDeals + tally.won + tally.lost === 0) return []
  const value = openValue(tally, currency)
  const rate = winRateOf(tally)
  const figures: HeadlineFigure[] = [
    {
      label: 'Open pipeline',
      value: value === null ? countOf(tally.openDeals, 'deal') : formatMoney(value.amount),
      note:
        value === null
          ? describeValue(value, tally.openDeals)
          : `${countOf(tally.openDeals, 'open deal')}${estimateNote(value)}`,
      open: '/deals?status=open',
    },
  ]
  if (rate.rate !== null && rate.low !== null && rate.high !== null) {
    const note = `${formatCount(rate.won)} of ${countOf(rate.n, 'decided deal')}; 95 % interval ${formatShare(rate.low)} to ${formatShare(rate.high)}`
    figures.push({ label: 'Win rate', value: formatShare(rate.rate), note, open: '/deals?status=won' })
  }
  if (tally.cycleDays !== null) {
    const [p25, median, p75] = tally.cycleDays.map(Math.round)
    const note = `median of ${countOf(tally.cycleN, 'won deal')}; half of them took ${p25} to ${p75}`
    figures.push({
      label: 'Days to win',
      value: countOf(median ?? 0, 'day'),
      note,
      open: '/deals?status=won&sort=ageDays',
    })
  }
  return figures
}

function estimateNote(value: { estimatedRows: number; unvaluedRows: number }): string {
  const estimated = value.estimatedRows > 0 ? `, ${formatCount(value.estimatedRows)} at list price` : ''
  return value.unvaluedRows > 0 ? `${estimated}, ${formatCount(value.unvaluedRows)} not counted` : estimated
}

function caveatsOf(tally: DealTally, longOverdue: number): string[] {
  const caveats: string[] = []
  const { openDeals } = tally
  const undated = openDeals - tally.openDated
  const unvalued = openDeals - tally.valuedRows - tally.otherCurrencyRows
  if (openDeals > 0 && tally.valuedRows + tally.otherCurrencyRows === 0) {
    caveats.push(
      `None of the ${formatCount(openDeals)} open deals has a value; import with list price mapped to get an estimate.`,
    )
  }
  if (unvalued > 0 && unvalued < openDeals)
    caveats.push(`${formatCount(unvalued)} of ${countOf(openDeals, 'open deal')} have no value and are not in the sum.`)
  if (tally.otherCurrencyRows > 0)
    caveats.push(`${countOf(tally.otherCurrencyRows, 'open deal')} in another currency are not in the sum.`)
  if (tally.estimatedRows > 0)
    caveats.push(`${countOf(tally.estimatedRows, 'open deal')} count at list price: an estimate.`)
  if (tally.openWithoutClient > 0)
    caveats.push(`${formatCount(tally.openWithoutClient)} of ${countOf(openDeals, 'open deal')} name no client.`)
  if (undated > 0)
    caveats.push(
      `${formatCount(undated)} of ${countOf(openDeals, 'open deal')} have no created day, so their age is unknown.`,
    )
  if (longOverdue > 0)
    caveats.push(
      `${countOf(longOverdue, 'open deal')} fell due more than 180 days ago: close or re-date them, they are not shown as urgent.`,
    )
  return caveats
}
