import { countOf } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import type { Evidence } from '../skill.ts'
import { askSarah, inDaysText, sectionOf, sentenceOf } from './section-parts.ts'
import type { ClientMoved, Found, HomeEntry, HomeSection, RenewalAhead, StuckPayment } from './sections.ts'

/** Points of the score from which on a move is worth a word. */
export const MOVE_FROM_POINTS = 5

/** Clients whose health rose or fell, the falls first. */
export function clientMovesSection(found: Found<ClientMoved>): HomeSection {
  return sectionOf(
    {
      id: 'client_moves',
      title: 'Clients that moved',
      open: '/clients?sort=change30&order=asc',
      allWell: `None of ${countOf(found.lookedAt, 'client')} with a score of 30 days ago moved by ${MOVE_FROM_POINTS} points or more.`,
      noData: 'Nobody can say yet who moved: no client here has a stored score of 30 days ago.',
    },
    found,
    moveEntry,
  )
}

function moveEntry(row: ClientMoved): HomeEntry {
  const record: Evidence = { kind: 'client', id: row.id, label: row.name }
  const points = Math.round(row.change30)
  return {
    id: `client_moves:${row.id}`,
    title: row.name,
    why: `${scoreText(row)}${row.reason === null ? '' : ` ${sentenceOf(row.reason)}`}`,
    figure: `${points > 0 ? '+' : '-'}${countOf(Math.abs(points), 'point')}`,
    signal: row.change30 > 0 ? 'good' : 'risk',
    onDay: row.day,
    record,
    evidence: [record, ...snapshotOf(row)],
    action: askSarah(row.change30 > 0 ? `How healthy is ${row.name}?` : `Plan an intervention for ${row.name}`),
  }
}

function snapshotOf({ id, snapshotDay }: ClientMoved): Evidence[] {
  if (snapshotDay === null) return []
  return [{ kind: 'snapshot', id: `client:${id}:${snapshotDay}`, label: `health on ${snapshotDay}` }]
}

/** Renewals of the next 90 days, soonest first. */
export function renewalsSection(found: Found<RenewalAhead>): HomeSection {
  return sectionOf(
    {
      id: 'renewals',
      title: 'Renewals ahead',
      open: '/clients?sort=renewalOn&order=asc',
      allWell: 'No client here renews within 90 days.',
      noData: 'Whether renewals lie ahead is unknown: no client here has a renewal day.',
    },
    found,
    renewalEntry,
  )
}

function renewalEntry(row: RenewalAhead): HomeEntry {
  const record: Evidence = { kind: 'client', id: row.id, label: row.name }
  const money = row.arr === null ? 'What it pays a year is unknown.' : `${formatMoney(row.arr)} a year.`
  return {
    id: `renewals:${row.id}`,
    title: `${row.name} renews ${inDaysText(row.inDays)}`,
    why: [money, scoreText(row), row.reason === null ? '' : sentenceOf(row.reason)]
      .filter((part) => part !== '')
      .join(' '),
    figure: inDaysText(row.inDays),
    signal: signalOf(row.band),
    onDay: row.renewalOn,
    record,
    evidence: [record],
    action: askSarah(
      signalOf(row.band) === 'good' ? `Prepare the QBR for ${row.name}` : `Plan an intervention for ${row.name}`,
    ),
  }
}

/** Clients with invoices past their due day, the oldest first. */
export function stuckPaymentsSection(found: Found<StuckPayment>): HomeSection {
  return sectionOf(
    {
      id: 'stuck_payments',
      title: 'Stuck payments',
      open: '/clients?sort=health&order=asc',
      allWell: 'No invoice here is past its due day.',
      noData: 'Whether payments are stuck is unknown: no invoice of a client here is imported.',
    },
    found,
    paymentEntry,
  )
}

function paymentEntry(row: StuckPayment): HomeEntry {
  const record: Evidence = { kind: 'client', id: row.id, label: row.name }
  const amount = row.amount === null ? 'of unknown amount' : `over ${formatMoney(row.amount)}`
  return {
    id: `stuck_payments:${row.id}:${row.amount?.currency ?? ''}`,
    title: row.name,
    why: `${countOf(row.invoices, 'unpaid invoice')} ${amount}; the oldest fell due ${countOf(row.oldestDays, 'day')} ago.`,
    figure: row.amount === null ? null : formatMoney(row.amount),
    signal: row.oldestDays > 30 ? 'risk' : 'watch',
    onDay: row.oldestDueOn,
    record,
    evidence: [record, ...row.invoiceIds.map((id): Evidence => ({ kind: 'invoice', id, label: 'overdue invoice' }))],
    action: askSarah(`Plan an intervention for ${row.name}`),
  }
}

function scoreText({ score, band }: { readonly score: number | null; readonly band: string }): string {
  return score === null ? 'Its health is unknown.' : `Health ${Math.floor(score)} of 100, ${band.replaceAll('_', ' ')}.`
}

function signalOf(band: string): HomeEntry['signal'] {
  if (band === 'unknown') return 'unknown'
  if (band === 'thriving' || band === 'healthy') return 'good'
  return band === 'at_risk' ? 'watch' : 'risk'
}
