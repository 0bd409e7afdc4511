import { daysBetween, type Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence, MoneyFigure } from '../skill.ts'
import type { ChurnBand } from './churn.ts'
import type { HealthBand } from './health.ts'
import {
  AGEING_BUCKETS,
  type AgeingBucketName,
  type PortfolioClient,
  type PortfolioFigures,
  type PortfolioFocus,
  type RevenueAtRisk,
} from './portfolio.ts'

interface ClientSum {
  readonly clients: number
  /** Of them, with a yearly revenue. */
  readonly valued: number
  readonly arrMicros: number
}

/** Clients of one band and currency. */
export interface BandRow extends ClientSum {
  readonly band: HealthBand
  readonly currency: string
  readonly notLookedAt: number
  readonly computedFor: Day | null
  readonly fallen: number
  readonly risen: number
  readonly renewing90: ClientSum
  readonly renewing180: ClientSum
}

export interface PortfolioClientRow {
  readonly id: string
  readonly name: string
  readonly csmName: string | null
  readonly arrMicros: number | null
  readonly currency: string
  readonly renewalOn: Day | null
  readonly score: number | null
  readonly band: HealthBand
  readonly change30: number | null
  readonly churnBand: ChurnBand
  readonly reason: string | null
  readonly moveReason: string | null
}

export interface AgeingRow {
  readonly bucket: AgeingBucketName
  readonly currency: string
  readonly invoices: number
  readonly clients: number
  readonly amountMicros: number
  readonly withoutAmount: number
}

interface SlowingRow {
  readonly id: string
  readonly name: string
  readonly csmName: string | null
  readonly recentMean: number
  readonly earlierMean: number
  readonly overdueMicros: number | null
  readonly overdueCurrency: string | null
  readonly oldestOverdueDays: number | null
  readonly daysLate: readonly number[]
  readonly invoiceIds: readonly string[]
  readonly total: number
}

/** What the store counted and listed. */
export interface PortfolioRows {
  readonly bands: readonly BandRow[]
  readonly atRisk: readonly PortfolioClientRow[]
  readonly down: readonly PortfolioClientRow[]
  readonly up: readonly PortfolioClientRow[]
  readonly unknown: readonly PortfolioClientRow[]
  readonly silent: readonly (PortfolioClientRow & { lastActivityOn: Day; days: number; total: number })[]
  readonly silentAfterDays: number
  readonly invoiceDay: Day
  readonly ageing: readonly AgeingRow[]
  readonly slowing: readonly SlowingRow[]
  readonly aboveLicence: readonly { id: string; name: string; active: number; seats: number }[]
}

const BANDS: readonly HealthBand[] = ['thriving', 'healthy', 'at_risk', 'critical', 'churning', 'unknown']
const AT_RISK: ReadonlySet<HealthBand> = new Set(['at_risk', 'critical', 'churning'])

/** The figures of `review-portfolio` from counted rows: sums in the main currency, others counted beside them. */
export function portfolioFigures(
  rows: PortfolioRows,
  { focus, filters, asOf }: { focus: PortfolioFocus; filters: readonly string[]; asOf: Day },
): PortfolioFigures {
  const currency = mainCurrencyOf(rows.bands)
  const atRisk = rows.bands.filter((row) => AT_RISK.has(row.band))
  const toClient = (row: PortfolioClientRow): PortfolioClient => portfolioClient(row, asOf)
  const toMover = (row: PortfolioClientRow): PortfolioClient => ({ ...toClient(row), reason: row.moveReason })
  const sum = (key: 'clients' | 'notLookedAt' | 'fallen' | 'risen'): number => total(rows.bands.map((row) => row[key]))
  const days = rows.bands.map((row) => row.computedFor).filter((day) => day !== null)
  return {
    focus,
    filters,
    clients: sum('clients'),
    currency,
    otherCurrencyClients: total(rows.bands.filter((row) => row.currency !== currency).map((row) => row.valued)),
    computedFor: days.toSorted()[0] ?? null,
    notLookedAt: sum('notLookedAt'),
    bands: BANDS.map((band) => {
      const own = rows.bands.filter((row) => row.band === band)
      return { band, clients: total(own.map((row) => row.clients)), arr: arrOf(own, currency) }
    }),
    atRisk: {
      all: revenueOf(atRisk, currency),
      renewing90: revenueOf(pick(atRisk, 'renewing90'), currency),
      renewing180: revenueOf(pick(atRisk, 'renewing180'), currency),
      clients: rows.atRisk.map(toClient),
    },
    moves: {
      fallen: sum('fallen'),
      risen: sum('risen'),
      down: rows.down.map(toMover),
      up: rows.up.map(toMover),
    },
    silent: {
      afterDays: rows.silentAfterDays,
      count: rows.silent[0]?.total ?? 0,
      clients: rows.silent.map((row) => ({ ...toClient(row), lastActivityOn: row.lastActivityOn, days: row.days })),
    },
    payments: paymentsOf(rows),
    aboveLicence: rows.aboveLicence.map(({ id, name, active, seats }) => ({
      client: clientEvidence(id, name),
      active,
      seats,
    })),
    unknown: {
      count: total(rows.bands.filter((row) => row.band === 'unknown').map((row) => row.clients)),
      clients: rows.unknown.map(toClient),
    },
  }
}

/** The currency most clients with a known revenue pay in; USD of nothing. */
export function mainCurrencyOf(rows: readonly { readonly currency: string; readonly valued: number }[]): string {
  const counts = [...Map.groupBy(rows, (row) => row.currency)].map(([currency, own]) => ({
    currency,
    valued: total(own.map((row) => row.valued)),
  }))
  return counts.toSorted((a, b) => b.valued - a.valued || a.currency.localeCompare(b.currency))[0]?.currency ?? 'USD'
}

export function clientEvidence(id: string, name: string): Evidence {
  return { kind: 'client', id, label: name }
}

function portfolioClient(row: PortfolioClientRow, asOf: Day): PortfolioClient {
  const { renewalOn, score, band, change30, churnBand, csmName } = row
  return {
    client: clientEvidence(row.id, row.name),
    csmName,
    arr: moneyOf(row.arrMicros, row.currency),
    renewalOn,
    renewalInDays: renewalOn === null ? null : daysBetween(asOf, renewalOn),
    score,
    band,
    change30,
    churnBand,
    reason: row.reason,
  }
}

function paymentsOf(rows: PortfolioRows): PortfolioFigures['payments'] {
  const overdue = rows.ageing.filter((row) => row.bucket !== 'current')
  const place = (row: AgeingRow): number => AGEING_BUCKETS.indexOf(row.bucket)
  return {
    asOf: rows.invoiceDay,
    ageing: rows.ageing
      .toSorted((a, b) => a.currency.localeCompare(b.currency) || place(a) - place(b))
      .map(({ amountMicros, ...row }) => ({ ...row, amount: { amountMicros, currency: row.currency } })),
    overdueInvoices: total(overdue.map((row) => row.invoices)),
    slowing: {
      count: rows.slowing[0]?.total ?? 0,
      clients: rows.slowing.map((row) => ({
        client: clientEvidence(row.id, row.name),
        csmName: row.csmName,
        daysLate: row.daysLate,
        lastDaysLate: row.daysLate.at(-1) ?? 0,
        recentMean: row.recentMean,
        earlierMean: row.earlierMean,
        overdue: moneyOf(row.overdueMicros, row.overdueCurrency ?? 'USD'),
        oldestOverdueDays: row.oldestOverdueDays,
        evidence: row.invoiceIds.slice(0, 3).map((id) => ({ kind: 'invoice', id, label: `invoice of ${row.name}` })),
      })),
    },
  }
}

function pick(rows: readonly BandRow[], key: 'renewing90' | 'renewing180'): (ClientSum & { currency: string })[] {
  return rows.map((row) => ({ ...row[key], currency: row.currency }))
}

function revenueOf(rows: readonly (ClientSum & { readonly currency: string })[], currency: string): RevenueAtRisk {
  return { clients: total(rows.map((row) => row.clients)), arr: arrOf(rows, currency) }
}

/** The sum in the main currency; null when no client has one there. Clients without any revenue count as unvalued. */
function arrOf(rows: readonly (ClientSum & { readonly currency: string })[], currency: string): MoneyFigure | null {
  const own = rows.filter((row) => row.currency === currency)
  const valued = total(own.map((row) => row.valued))
  if (valued === 0) return null
  return {
    amount: { amountMicros: total(own.map((row) => row.arrMicros)), currency },
    rows: valued,
    estimatedRows: 0,
    unvaluedRows: total(rows.map((row) => row.clients - row.valued)),
  }
}

function moneyOf(amountMicros: number | null, currency: string): Money | null {
  return amountMicros === null ? null : { amountMicros, currency }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
