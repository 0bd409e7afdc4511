import type { Day } from '../day.ts'
import { countOf, formatCount, formatShare } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import {
  confidenceFrom,
  type Coverage,
  type Evidence,
  type MoneyFigure,
  type NextStep,
  type SkillResult,
} from '../skill.ts'
import { outlookCaveats, outlookEvidence, outlookHeadline } from './describe-outlook.ts'
import type { PipelineFigures } from './pipeline.ts'

/** Decided deals from which on the win rate of the whole is settled enough. */
const ENOUGH_DECIDED = 100
/** An input counts as present when at least this share of the rows has it. */
const PRESENT_FROM = 0.75

interface Input {
  readonly input: string
  readonly remedy: string
  readonly known: number
  readonly of: number
}

export interface PipelineNotes {
  readonly asOf: Day
  /** Open deals whose value is in another currency and so not in the sum. */
  readonly otherCurrencyDeals: number
  /** True when segments had to be read from industries. */
  readonly usesIndustry: boolean
  /** What to call the oldest deal so that it is found again: its name, or its id where the name is not unique. */
  readonly oldestDealName: string | null
}

/** The whole skill result for reviewed figures: headline, coverage, caveats and one next step. */
export function describePipeline(figures: PipelineFigures, notes: PipelineNotes): SkillResult<PipelineFigures> {
  const coverage = coverageOf(figures)
  return {
    skill: 'review-pipeline',
    asOf: notes.asOf,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: figures.winRate.n, enough: ENOUGH_DECIDED }),
    caveats: caveatsOf(figures, notes),
    evidence: distinct([...evidenceOf(figures), ...(figures.outlook ? outlookEvidence(figures.outlook) : [])]),
    nextStep: nextStepOf(figures, notes),
    figures,
  }
}

/** The sum with what stands behind it: `$1.2M, of which 12 estimated from list price; 40 deals have no value`. */
export function describeValue(value: MoneyFigure | null, deals: number): string {
  if (deals === 0) return 'nothing open'
  if (value === null) return 'value unknown'
  const parts = [formatMoney(value.amount)]
  if (value.estimatedRows > 0)
    parts.push(`${formatCount(value.estimatedRows)} of ${countOf(value.rows, 'deal')} estimated from list price`)
  if (value.unvaluedRows > 0) parts.push(`${countOf(value.unvaluedRows, 'deal')} without a value not counted`)
  return parts.join(', ')
}

function headlineOf({ open, winRate, winRateTrend, filters, outlook }: PipelineFigures): string {
  const focused = outlook ? outlookHeadline(outlook) : null
  if (focused !== null) return filters.length > 0 ? `For ${filters.join(', ')}: ${focused}` : focused
  const about = filters.length > 0 ? ` for ${filters.join(', ')}` : ''
  const rate =
    winRate.rate === null
      ? 'no decided deals to take a win rate from'
      : `win rate ${formatShare(winRate.rate)} of ${formatCount(winRate.n)} decided`
  const { recent, earlier, isFall, days } = winRateTrend
  const fall =
    isFall && recent.rate !== null && earlier.rate !== null
      ? ` It fell: ${formatShare(recent.rate)} of ${formatCount(recent.n)} in the last ${days} days, ${formatShare(earlier.rate)} of ${formatCount(earlier.n)} before.`
      : ''
  return `${countOf(open.deals, 'open deal')}${about}, ${describeValue(open.value, open.deals)}; ${rate}.${fall}`
}

function inputsOf({ open, winRate, cycle }: PipelineFigures): Input[] {
  const valued = open.value === null ? 0 : open.deals - open.value.unvaluedRows
  const of = open.deals
  return [
    { input: 'value', known: valued, of, remedy: 'Import deal values, or map list price to get an estimate.' },
    { input: 'client', known: of - open.withoutClient, of, remedy: 'Fill in the client of each open deal.' },
    {
      input: 'created day',
      known: of - open.withoutCreatedDay,
      of,
      remedy: 'Fill in when each open deal was created.',
    },
    { input: 'decided deals', known: winRate.n, of: winRate.n, remedy: 'Import won and lost deals too.' },
    {
      input: 'days of won deals',
      known: cycle?.n ?? 0,
      of: winRate.won,
      remedy: 'Import won deals with created and closed days.',
    },
  ]
}

function coverageOf(figures: PipelineFigures): Coverage {
  const inputs = inputsOf(figures)
  const isPresent = (input: Input): boolean => input.of > 0 && input.known / input.of >= PRESENT_FROM
  return {
    present: inputs.filter(isPresent).map((input) => input.input),
    missing: inputs
      .filter((input) => !isPresent(input))
      .map((input) => ({
        input: input.of > 0 ? `${input.input} (${formatCount(input.known)} of ${formatCount(input.of)})` : input.input,
        remedy: input.remedy,
      })),
  }
}

function caveatsOf(figures: PipelineFigures, notes: PipelineNotes): string[] {
  const { open, ageing, groups, winRate } = figures
  const caveats = valueCaveats(figures, notes)
  if (open.withoutClient > 0)
    caveats.push(`${formatCount(open.withoutClient)} of ${countOf(open.deals, 'open deal')} name no client.`)
  if (open.withoutCreatedDay > 0)
    caveats.push(
      `${formatCount(open.withoutCreatedDay)} of ${countOf(open.deals, 'open deal')} have no created day, so their age is unknown.`,
    )
  if (ageing === null && open.deals > 0)
    caveats.push('Too few won deals have created and closed days to say which open deals are old.')
  if (winRate.n > 0 && winRate.n < 30) caveats.push(`The win rate rests on only ${countOf(winRate.n, 'decided deal')}.`)
  const small = groups?.rows.filter((row) => row.isSmallSample && row.winRate.n > 0).length ?? 0
  if (small > 0)
    caveats.push(
      `${countOf(small, 'group')} with fewer than 30 decided deals: read their win rates with their intervals.`,
    )
  if (figures.outlook) caveats.push(...outlookCaveats(figures.outlook))
  if (notes.usesIndustry) caveats.push('Clients have no segment; their industry is used.')
  return caveats
}

function valueCaveats({ open }: PipelineFigures, { otherCurrencyDeals }: PipelineNotes): string[] {
  const all = countOf(open.deals, 'open deal')
  const others =
    otherCurrencyDeals > 0
      ? [`${countOf(otherCurrencyDeals, 'open deal')} in another currency are not in the sum.`]
      : []
  if (open.value === null) return open.deals > 0 && otherCurrencyDeals === 0 ? [nothingValued(open.deals)] : others
  const { unvaluedRows, estimatedRows } = open.value
  const unvalued = unvaluedRows - otherCurrencyDeals
  return [
    ...(unvalued > 0 ? [`${formatCount(unvalued)} of ${all} have no value and are not in the sum.`] : []),
    ...(estimatedRows > 0 ? [`${formatCount(estimatedRows)} of ${all} count at list price: an estimate.`] : []),
    ...others,
  ]
}

function nothingValued(deals: number): string {
  const none =
    deals === 1 ? 'The one open deal has no value' : `None of the ${formatCount(deals)} open deals has a value`
  return `${none}; import with list price mapped to get an estimate.`
}

function distinct(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((row) => [`${row.kind}:${row.id}`, row])).values()]
}

function evidenceOf({ ageing, groups }: PipelineFigures): Evidence[] {
  const oldest = ageing?.oldest.map((old) => old.deal) ?? []
  if (groups?.by !== 'rep' && groups?.by !== 'product') return oldest
  const kind = groups.by
  const members = groups.rows.flatMap((row) => (row.key === null ? [] : [{ kind, id: row.key, label: row.label }]))
  return [...oldest, ...members.slice(0, 20)]
}

function nextStepOf({ ageing, open, unvalued, largest }: PipelineFigures, notes: PipelineNotes): NextStep | null {
  const oldest = ageing?.oldest[0]
  if (ageing && oldest) {
    const text = `${countOf(ageing.olderThanP90, 'open deal')} passed the ${formatCount(Math.round(ageing.p90Days))} days within which nine in ten won deals closed. Decide on the oldest first: ${oldest.deal.label}, ${formatCount(oldest.ageDays)} days.`
    return {
      text,
      ask: { persona: 'marcus', text: `Coach me on the deal ${notes.oldestDealName ?? oldest.deal.id}` },
      open: oldest.deal,
    }
  }
  if (open.deals > 0 && open.value === null)
    return {
      text: 'Give the open deals values: import again with the list price mapped, or fill them in where you keep them.',
    }
  const [bare] = unvalued ?? []
  if (bare)
    return { text: `Put a value on ${bare.deal.label} first, the longest open of those without one.`, open: bare.deal }
  const [top] = largest ?? []
  return top === undefined
    ? null
    : {
        // Only where ages are known may it be said that none is old.
        text: `${ageing === null ? 'Look' : 'Nothing has grown old, so look'} at the largest: ${top.deal.label}.`,
        ask: { persona: 'marcus', text: `Coach me on the deal ${top.deal.id}` },
        open: top.deal,
      }
}
