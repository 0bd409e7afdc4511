import { monthStart, type Day } from '../day.ts'
import { countOf } from '../figure-text.ts'
import { formatMoney, type Money } from '../money.ts'
import { confidenceFrom, type Coverage, type Evidence, type SkillResult } from '../skill.ts'
import { clientEvidence, mainCurrencyOf } from './portfolio-figures.ts'
import type { ChurnBand } from './churn.ts'
import type { HealthBand } from './health.ts'
import { OUTLOOK_RULES, outlookReason } from './renewal-outlook.ts'
import {
  RENEWAL_OUTLOOKS,
  type Renewal,
  type RenewalFigures,
  type RenewalOutlook,
  type RenewalSum,
} from './renewals.ts'

/** Renewals of one month, outlook and currency. */
export interface RenewalTallyRow {
  readonly month: Day
  readonly outlook: RenewalOutlook
  readonly currency: string
  readonly renewals: number
  readonly valued: number
  readonly arrMicros: number
}

export interface RenewalRow {
  readonly id: string
  readonly name: string
  readonly csmName: string | null
  readonly arrMicros: number | null
  readonly currency: string
  readonly renewalOn: Day
  readonly inDays: number
  readonly outlook: RenewalOutlook
  readonly score: number | null
  readonly band: HealthBand
  readonly churnBand: ChurnBand
  readonly reason: string | null
  readonly isLookedAt: boolean
}

export interface RenewalRows {
  readonly tallies: readonly RenewalTallyRow[]
  readonly renewals: readonly RenewalRow[]
  readonly pastDue: { readonly count: number; readonly renewals: readonly RenewalRow[] }
  readonly withoutRenewalDay: number
  readonly clients: number
  readonly computedFor: Day | null
}

/** The figures of `forecast-renewals` from counted rows; every month of the range is there, also without a renewal. */
export function renewalFigures(
  rows: RenewalRows,
  { asOf, months, filters }: { asOf: Day; months: number; filters: readonly string[] },
): RenewalFigures {
  const currency = mainCurrencyOf(rows.tallies)
  const starts = Array.from({ length: months }, (_, index) => monthStart(asOf, index))
  return {
    filters,
    months,
    currency,
    byMonth: starts.map((month) => ({
      month,
      sums: sumsOf(
        rows.tallies.filter((row) => row.month === month),
        currency,
      ),
    })),
    total: sumsOf(rows.tallies, currency),
    rules: OUTLOOK_RULES,
    renewals: rows.renewals.map(renewalOf),
    count: rows.tallies.reduce((sum, row) => sum + row.renewals, 0),
    pastDue: { count: rows.pastDue.count, renewals: rows.pastDue.renewals.map(renewalOf) },
    withoutRenewalDay: rows.withoutRenewalDay,
    computedFor: rows.computedFor,
  }
}

function sumsOf(rows: readonly RenewalTallyRow[], currency: string): RenewalSum[] {
  return RENEWAL_OUTLOOKS.map((outlook) => {
    const own = rows.filter((row) => row.outlook === outlook)
    const main = own.filter((row) => row.currency === currency)
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    return {
      outlook,
      renewals: sum(own.map((row) => row.renewals)),
      arr: { amountMicros: sum(main.map((row) => row.arrMicros)), currency },
      withoutArr: sum(own.map((row) => row.renewals - row.valued)),
      otherCurrency: sum(own.filter((row) => row.currency !== currency).map((row) => row.valued)),
    }
  })
}

function renewalOf(row: RenewalRow): Renewal {
  const arr: Money | null = row.arrMicros === null ? null : { amountMicros: row.arrMicros, currency: row.currency }
  const stand = row.isLookedAt ? outlookReason(row) : 'its health has not been computed yet'
  return {
    client: clientEvidence(row.id, row.name),
    csmName: row.csmName,
    renewalOn: row.renewalOn,
    inDays: row.inDays,
    arr,
    outlook: row.outlook,
    score: row.score,
    band: row.band,
    churnBand: row.churnBand,
    reason: row.reason === null ? stand : `${stand}; ${row.reason}`,
  }
}

/** The whole skill result for a forecast. */
export function describeRenewals(figures: RenewalFigures, asOf: Day): SkillResult<RenewalFigures> {
  const coverage = coverageOf(figures)
  const unknown = sumFor(figures, 'unknown').renewals
  return {
    skill: 'forecast-renewals',
    asOf,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: figures.count - unknown, enough: Math.max(1, figures.count) }),
    caveats: caveatsOf(figures),
    evidence: evidenceOf(figures),
    nextStep: nextStepOf(figures),
    figures,
  }
}

function sumFor({ total }: RenewalFigures, outlook: RenewalOutlook): RenewalSum {
  const found = total.find((sum) => sum.outlook === outlook)
  if (found === undefined) throw new Error('every outlook has its sum')
  return found
}

function headlineOf(figures: RenewalFigures): string {
  const { count, months, renewals, pastDue, withoutRenewalDay } = figures
  const late = pastDue.count > 0 ? ` ${countOf(pastDue.count, 'renewal day')} passed with nothing newer on record.` : ''
  if (count === 0 && pastDue.count === 0 && withoutRenewalDay > 0)
    return `No renewal can be forecast: ${countOf(withoutRenewalDay, 'client')} have no renewal day on record.`
  if (count === 0) return `No renewal is on record for the next ${countOf(months, 'month')}.${late}`
  const parts = RENEWAL_OUTLOOKS.map((outlook) => sumFor(figures, outlook))
    .filter((sum) => sum.renewals > 0)
    .map((sum) => `${formatMoney(sum.arr)} ${OUTLOOK_WORDS[sum.outlook]} (${sum.renewals})`)
  const [worst] = renewals.filter((renewal) => renewal.outlook === 'at_risk')
  const worry = worst
    ? ` ${worst.client.label} worries me most, in ${countOf(worst.inDays, 'day')}: ${worst.reason}.`
    : ''
  return `${countOf(count, 'renewal')} in ${countOf(months, 'month')}: ${parts.join(', ')}.${worry}${late}`
}

const OUTLOOK_WORDS: Readonly<Record<RenewalOutlook, string>> = {
  commit: 'commit',
  best_case: 'best case',
  at_risk: 'at risk',
  unknown: 'unknown',
}

function coverageOf(figures: RenewalFigures): Coverage {
  const all = RENEWAL_OUTLOOKS.map((outlook) => sumFor(figures, outlook))
  const valued = all.some((sum) => sum.renewals - sum.withoutArr > 0)
  const known = figures.count > sumFor(figures, 'unknown').renewals
  const inputs: [boolean, string, string][] = [
    [figures.count + figures.pastDue.count > 0, 'Renewal days', 'Import clients with renewal_on.'],
    [valued, 'Yearly revenue', 'Import clients with arr.'],
    [known, 'Health', 'Import usage, activities, tickets, invoices or contacts of these clients.'],
  ]
  return {
    present: inputs.filter(([isThere]) => isThere).map(([, input]) => input),
    missing: inputs.filter(([isThere]) => !isThere).map(([, input, remedy]) => ({ input, remedy })),
  }
}

function caveatsOf(figures: RenewalFigures): string[] {
  const all = RENEWAL_OUTLOOKS.map((outlook) => sumFor(figures, outlook))
  const withoutArr = all.reduce((sum, one) => sum + one.withoutArr, 0)
  const foreign = all.reduce((sum, one) => sum + one.otherCurrency, 0)
  const unknown = sumFor(figures, 'unknown').renewals
  return [
    ...(withoutArr > 0
      ? [`${countOf(withoutArr, 'renewal')} without a yearly revenue on record; counted, not in the amounts.`]
      : []),
    ...(foreign > 0
      ? [`${countOf(foreign, 'renewal')} in another currency than ${figures.currency}; not in the amounts.`]
      : []),
    ...(unknown > 0
      ? [`${countOf(unknown, 'renewal')} of clients nothing is known about: a column of their own, not best case.`]
      : []),
    ...(figures.withoutRenewalDay > 0 && figures.count > 0
      ? [`${countOf(figures.withoutRenewalDay, 'client')} have no renewal day on record.`]
      : []),
    ...(figures.count > 0
      ? ['The outlook follows fixed rules on health and churn points; it has not been held against past renewals.']
      : []),
  ]
}

function evidenceOf({ renewals, pastDue }: RenewalFigures): Evidence[] {
  return [...renewals, ...pastDue.renewals].map((renewal) => renewal.client).slice(0, 30)
}

function nextStepOf({ renewals, pastDue, withoutRenewalDay }: RenewalFigures): SkillResult['nextStep'] {
  const worst = renewals.find((renewal) => renewal.outlook === 'at_risk')
  if (worst)
    return {
      text: `Begin with ${worst.client.label}: ${worst.reason}.`,
      ask: { persona: 'sarah', text: `Plan an intervention for ${worst.client.label}` },
      open: worst.client,
    }
  const [late] = pastDue.renewals
  if (late) return { text: `Find out whether ${late.client.label} renewed, and record the new day.`, open: late.client }
  const [next] = renewals
  if (next) return { text: `Next is ${next.client.label}, in ${countOf(next.inDays, 'day')}.`, open: next.client }
  return withoutRenewalDay > 0 ? { text: 'Import clients with renewal_on, and arr where it is known.' } : null
}
