import type { Day } from '../day.ts'
import { countOf, formatShare } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import { confidenceFrom, type Coverage, type Evidence, type NextStep, type SkillResult } from '../skill.ts'
import type { PortfolioFigures, SlowingPayer } from './portfolio.ts'

const EVIDENCE_SHOWN = 30

/** The whole skill result for a reviewed portfolio; the headline follows what was asked for. */
export function describePortfolio(figures: PortfolioFigures, asOf: Day): SkillResult<PortfolioFigures> {
  const coverage = coverageOf(figures)
  const scored = figures.clients - figures.unknown.count
  return {
    skill: 'review-portfolio',
    asOf,
    headline: HEADLINES[figures.focus](figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: scored, enough: figures.clients }),
    caveats: caveatsOf(figures, asOf),
    evidence: evidenceOf(figures),
    nextStep: nextStepOf(figures),
    figures,
  }
}

const HEADLINES = {
  overview: overviewHeadline,
  moves: movesHeadline,
  payments: paymentsHeadline,
} as const

function overviewHeadline({ clients, atRisk, unknown, moves }: PortfolioFigures): string {
  const { all, renewing90 } = atRisk
  if (unknown.count === clients)
    return `The health of ${countOf(clients, 'client')} is unknown: nothing is stored that it could be taken from.`
  const money = all.arr ? ` with ${formatMoney(all.arr.amount)} a year` : ''
  const soon = renewing90.clients > 0 ? `, ${renewing90.clients} of them renewing within 90 days` : ''
  const moved = moves.fallen + moves.risen > 0 ? ` ${moves.fallen} fell and ${moves.risen} rose in 30 days.` : ''
  const dark = unknown.count > 0 ? ` ${countOf(unknown.count, 'client')} cannot be judged.` : ''
  const most =
    all.clients === 0
      ? `None of ${countOf(clients - unknown.count, 'judged client')} is at risk.`
      : `${all.clients} of ${countOf(clients, 'client')} are at risk or worse${money}${soon}.`
  return `${most}${moved}${dark}`
}

function movesHeadline({ moves, clients }: PortfolioFigures): string {
  const [first] = moves.down
  if (moves.fallen + moves.risen === 0) return `None of ${countOf(clients, 'client')} moved by five points in 30 days.`
  const most = first
    ? ` ${first.client.label} fell most, by ${Math.abs(first.change30 ?? 0).toFixed(1)} points${first.reason ? `: ${first.reason}` : ''}.`
    : ''
  return `${moves.fallen} fell and ${moves.risen} rose by five points or more in 30 days.${most}`
}

function paymentsHeadline({ payments }: PortfolioFigures): string {
  const [first] = payments.slowing.clients
  const overdue = payments.ageing.length === 0 ? 'No unpaid invoice is on record' : overdueText(payments)
  if (first === undefined) return `${overdue}; nobody pays clearly later than before.`
  const others = payments.slowing.count > 1 ? ` (and ${payments.slowing.count - 1} more)` : ''
  return `${first.client.label} pays later and later${others}: ${slowingText(first)}. ${overdue}.`
}

function overdueText({ ageing, overdueInvoices }: PortfolioFigures['payments']): string {
  if (overdueInvoices === 0) return 'Nothing is overdue'
  const sums = Map.groupBy(
    ageing.filter((row) => row.bucket !== 'current'),
    (row) => row.currency,
  )
  const parts = [...sums].map(([currency, rows]) =>
    formatMoney({ amountMicros: rows.reduce((sum, row) => sum + row.amount.amountMicros, 0), currency }),
  )
  return `${countOf(overdueInvoices, 'invoice')} overdue, ${parts.join(' and ')}`
}

/** `the last invoice 27 days late, the last three 22.0 on average, 8.3 before`. */
function slowingText({ lastDaysLate, recentMean, earlierMean }: SlowingPayer): string {
  return `the last paid invoice ${countOf(lastDaysLate, 'day')} late, the last three ${recentMean.toFixed(1)} on average, the three before ${earlierMean.toFixed(1)}`
}

function coverageOf({ clients, unknown, bands, atRisk, payments, silent, moves }: PortfolioFigures): Coverage {
  const hasArr = bands.some((band) => band.arr !== null)
  const inputs: [boolean, string, string][] = [
    [unknown.count < clients, 'Health scores', 'Import usage, activities, tickets, invoices or contacts.'],
    [hasArr, 'Yearly revenue', 'Import clients with arr.'],
    [
      [...atRisk.clients, ...moves.down, ...moves.up].some((row) => row.renewalOn !== null) ||
        atRisk.renewing180.clients > 0,
      'Renewal days',
      'Import clients with renewal_on.',
    ],
    [payments.ageing.length + payments.slowing.count > 0, 'Invoices', 'Import invoices with due and paid days.'],
    [
      silent.count > 0 || bands.some((band) => band.band !== 'unknown' && band.clients > 0),
      'Last contacts',
      'Import activities.',
    ],
  ]
  return {
    present: inputs.filter(([isThere]) => isThere).map(([, input]) => input),
    missing: inputs.filter(([isThere]) => !isThere).map(([, input, remedy]) => ({ input, remedy })),
  }
}

function caveatsOf(figures: PortfolioFigures, asOf: Day): string[] {
  const { unknown, clients, notLookedAt, otherCurrencyClients, computedFor, bands } = figures
  const caveats: string[] = []
  if (notLookedAt > 0)
    caveats.push(
      `${countOf(notLookedAt, 'client')} have no computed health yet and count as unknown; it is computed daily and after imports.`,
    )
  const dark = unknown.count - notLookedAt
  if (dark > 0)
    caveats.push(
      `${countOf(dark, 'client')} (${formatShare(dark / clients)}) have no row to judge them by: unknown, not well.`,
    )
  const withoutArr = bands.reduce((sum, band) => sum + (band.arr?.unvaluedRows ?? 0), 0)
  if (withoutArr > 0)
    caveats.push(`${countOf(withoutArr, 'client')} have no yearly revenue on record; sums leave them out.`)
  if (otherCurrencyClients > 0)
    caveats.push(
      `${countOf(otherCurrencyClients, 'client')} pay in another currency than ${figures.currency}; sums leave them out.`,
    )
  if (computedFor !== null && computedFor < asOf)
    caveats.push(`The oldest health shown was computed for ${computedFor}, not for ${asOf}.`)
  return caveats
}

function evidenceOf({ focus, atRisk, moves, silent, payments }: PortfolioFigures): Evidence[] {
  const slowing = payments.slowing.clients.flatMap((row) => [row.client, ...row.evidence])
  const moved = [...moves.down, ...moves.up].map((row) => row.client)
  const risky = atRisk.clients.map((row) => row.client)
  const first = { overview: risky, moves: moved, payments: slowing }[focus]
  const all = [...first, ...risky, ...moved, ...slowing, ...silent.clients.map((row) => row.client)]
  return all
    .filter((item, index) => all.findIndex((other) => other.kind === item.kind && other.id === item.id) === index)
    .slice(0, EVIDENCE_SHOWN)
}

function nextStepOf({ focus, atRisk, moves, payments, unknown }: PortfolioFigures): NextStep | null {
  const [slow] = payments.slowing.clients
  if (focus === 'payments' && slow)
    return {
      text: `Ask ${slow.client.label} what holds the invoices up before the next one is due.`,
      open: slow.client,
    }
  const worst = focus === 'moves' ? (moves.down[0] ?? atRisk.clients[0]) : atRisk.clients[0]
  if (worst)
    return {
      text: `Begin with ${worst.client.label}${worst.reason ? `: ${worst.reason}` : ''}.`,
      ask: { persona: 'sarah', text: `Plan an intervention for ${worst.client.label}` },
      open: worst.client,
    }
  const [dark] = unknown.clients
  return dark
    ? { text: `Import what there is about ${dark.client.label}; usage or invoices say most.`, open: dark.client }
    : null
}
