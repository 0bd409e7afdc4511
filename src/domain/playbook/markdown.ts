import { countOf, formatCount, formatDay } from '../figure-text.ts'
import { at, moneyAt, numberAt } from './json-reader.ts'

/** A Markdown table; empty without rows. Numbers' columns are named in `right`. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (right.includes(index) ? '---:' : '---'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** Blocks with a blank line between them, empty ones left out. */
export function blocks(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}

/** A count or a dash. */
export function countCell(value: number | null): string {
  return value === null ? '–' : formatCount(value)
}

/** `63 %` of 0.63, a dash of null. */
export function percentCell(value: number | null): string {
  return value === null ? '–' : `${Math.round(value * 100)} %`
}

/** `62 days` or a dash. */
export function daysText(value: number | null): string {
  return value === null ? '–' : countOf(Math.round(value), 'day')
}

/** A MoneyFigure with how it is known: `$1.2M (12 estimated, 40 without value)`; `unknown` when there is none. */
export function moneyCell(figure: unknown): string {
  const amount = moneyAt(figure, 'amount')
  if (amount === null) return 'unknown'
  const estimated = numberAt(figure, 'estimatedRows') ?? 0
  const unvalued = numberAt(figure, 'unvaluedRows') ?? 0
  const isSingle = numberAt(figure, 'rows') === 1
  const notes = [
    ...(estimated > 0 ? [`${isSingle ? '' : `${formatCount(estimated)} `}estimated from list price`] : []),
    ...(unvalued > 0 ? [`${formatCount(unvalued)} without value`] : []),
  ]
  return notes.length > 0 ? `${amount} (${notes.join(', ')})` : amount
}

/** `12 Mar 2026` of `2026-03-12`; empty for anything else. */
export function dayText(day: unknown): string {
  if (typeof day !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return ''
  return Number.isNaN(Date.parse(`${day}T00:00:00Z`)) ? '' : formatDay(day)
}

/** Kinds whose plural is not just an s. */
const KIND_WORDS: Readonly<Record<string, [singular: string, plural: string]>> = {
  activity: ['activity', 'activities'],
  usage: ['day of usage', 'days of usage'],
  memory: ['memory', 'memories'],
  snapshot: ['stored day', 'stored days'],
}

/** Distinct kinds and how many rows of each an answer rests on. */
export function countKinds(evidence: readonly unknown[]): string {
  const kinds = Map.groupBy(evidence, (row) => String(at(row, 'kind')))
  return [...kinds]
    .map(([kind, rows]) => {
      const words = KIND_WORDS[kind]
      return words ? countOf(rows.length, ...words) : countOf(rows.length, kind.replaceAll(/[^a-z]/g, ''))
    })
    .join(', ')
}
