import { countOf } from '../figure-text.ts'
import { at, listAt, moneyAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell, dayText, daysText, moneyCell, table } from './markdown.ts'

const NAMED = 5

/** The figures of `review-portfolio` as Markdown: all of it, or the part that was asked for. */
export function renderPortfolio(figures: unknown): string {
  const focus = at(figures, 'focus')
  if (focus === 'moves') return blocks([movesTable(figures), bandTable(figures)])
  if (focus === 'payments') return blocks([slowingTable(figures), ageingTable(figures)])
  return blocks([
    bandTable(figures),
    riskList(figures),
    movesTable(figures),
    silentList(figures),
    slowingTable(figures),
    ageingTable(figures),
    licenceList(figures),
    unknownList(figures),
  ])
}

function bandTable(figures: unknown): string {
  const rows = listAt(figures, 'bands')
    .filter((band) => (numberAt(band, 'clients') ?? 0) > 0)
    .map((band) => [
      textAt(band, 'band').replaceAll('\\_', ' '),
      countCell(numberAt(band, 'clients')),
      at(band, 'arr') === null ? '–' : moneyCell(at(band, 'arr')),
    ])
  return table(['Health', 'Clients', 'A year'], rows, [1, 2])
}

function riskList(figures: unknown): string {
  const soon = ['renewing90', 'renewing180'].flatMap((key, index) => {
    const count = numberAt(figures, 'atRisk', key, 'clients') ?? 0
    if (count === 0) return []
    const money = moneyAt(figures, 'atRisk', key, 'arr', 'amount')
    return [
      `**At risk, renewing within ${index === 0 ? 90 : 180} days:** ${countOf(count, 'client')}${money ? `, ${money} a year` : ''}`,
    ]
  })
  const named = listAt(figures, 'atRisk', 'clients').slice(0, NAMED).map(clientLine)
  return named.length === 0 ? '' : blocks([bullets(soon), `**At risk**\n\n${bullets(named)}`])
}

function movesTable(figures: unknown): string {
  const rows = [...listAt(figures, 'moves', 'down'), ...listAt(figures, 'moves', 'up')].map((row) => {
    const change = numberAt(row, 'change30') ?? 0
    return [
      textAt(row, 'client', 'label'),
      `${change > 0 ? '+' : '−'}${Math.abs(change).toFixed(1)}`,
      countCell(Math.floor(numberAt(row, 'score') ?? 0)),
      textAt(row, 'reason') || '–',
    ]
  })
  return table(['Moved in 30 days', 'Points', 'Health', 'By what'], rows, [1, 2])
}

function silentList(figures: unknown): string {
  const clients = listAt(figures, 'silent', 'clients').slice(0, NAMED)
  if (clients.length === 0) return ''
  const lines = clients.map(
    (row) =>
      `${textAt(row, 'client', 'label')}: ${daysText(numberAt(row, 'days'))}, since ${dayText(at(row, 'lastActivityOn'))}`,
  )
  return `**Silent** (${numberAt(figures, 'silent', 'count') ?? lines.length})\n\n${bullets(lines)}`
}

function slowingTable(figures: unknown): string {
  const rows = listAt(figures, 'payments', 'slowing', 'clients').map((row) => [
    textAt(row, 'client', 'label'),
    listAt(row, 'daysLate')
      .map((days) => String(days))
      .join(', '),
    (numberAt(row, 'earlierMean') ?? 0).toFixed(1),
    (numberAt(row, 'recentMean') ?? 0).toFixed(1),
    moneyAt(row, 'overdue') ?? 'nothing',
  ])
  return table(
    ['Pays later and later', 'Days late, newest last', 'Three before', 'Last three', 'Overdue now'],
    rows,
    [2, 3, 4],
  )
}

function ageingTable(figures: unknown): string {
  const rows = listAt(figures, 'payments', 'ageing').map((row) => {
    const missing = numberAt(row, 'withoutAmount') ?? 0
    const bucket =
      at(row, 'bucket') === 'current' ? 'not due yet' : `${textAt(row, 'bucket').replace('\\>', 'over ')} days`
    return [
      bucket,
      countCell(numberAt(row, 'invoices')),
      countCell(numberAt(row, 'clients')),
      `${moneyAt(row, 'amount') ?? '–'}${missing > 0 ? ` (${missing} without amount)` : ''}`,
    ]
  })
  return table(['Unpaid', 'Invoices', 'Clients', 'Amount'], rows, [1, 2, 3])
}

function licenceList(figures: unknown): string {
  const lines = listAt(figures, 'aboveLicence')
    .slice(0, NAMED)
    .map(
      (row) =>
        `${textAt(row, 'client', 'label')}: ${Math.round(numberAt(row, 'active') ?? 0)} active on ${Math.round(numberAt(row, 'seats') ?? 0)} seats`,
    )
  return lines.length === 0 ? '' : `**Above the licence, ready to grow**\n\n${bullets(lines)}`
}

function unknownList(figures: unknown): string {
  const lines = listAt(figures, 'unknown', 'clients')
    .slice(0, NAMED)
    .map((row) => textAt(row, 'client', 'label'))
  const count = numberAt(figures, 'unknown', 'count') ?? 0
  return lines.length === 0
    ? ''
    : `**Without data, so unknown** (${count}): ${lines.join(', ')}${count > lines.length ? ' …' : ''}`
}

function clientLine(row: unknown): string {
  const score = numberAt(row, 'score')
  const inDays = numberAt(row, 'renewalInDays')
  const parts = [
    score === null ? 'health unknown' : `health ${Math.floor(score)}`,
    moneyAt(row, 'arr') ?? '',
    inDays === null ? '' : inDays < 0 ? `renewal ${daysText(-inDays)} past` : `renews in ${daysText(inDays)}`,
    textAt(row, 'reason'),
  ]
  return `${textAt(row, 'client', 'label')}: ${parts.filter((part) => part !== '').join('; ')}`
}
