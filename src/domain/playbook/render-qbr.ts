import { withDays } from '../figure-text.ts'
import { at, listAt, moneyAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell, dayText, daysText, table } from './markdown.ts'

const PARTS = ['adoption', 'value', 'support', 'payments'] as const

/** The figures of `prepare-qbr` as Markdown; the charts are the page's own. */
export function renderQbr(figures: unknown): string {
  return blocks([
    figureTable(figures),
    bullets([...renewalLine(figures), ...commitmentLine(figures)]),
    titled('What happened', listAt(figures, 'highlights').map(highlight)),
    titled('For the next quarter', listAt(figures, 'proposals').map(proposal)),
  ])
}

function figureTable(figures: unknown): string {
  const rows = PARTS.flatMap((part) => listAt(figures, part)).map((figure) => [
    textAt(figure, 'label'),
    countCell(numberAt(figure, 'now')),
    countCell(numberAt(figure, 'before')),
    textAt(figure, 'unit'),
  ])
  return table(['Figure', 'This quarter', 'Before', 'Unit'], rows, [1, 2])
}

function renewalLine(figures: unknown): string[] {
  const day = dayText(at(figures, 'renewal', 'onDay'))
  const inDays = numberAt(figures, 'renewal', 'inDays')
  if (day === '' || inDays === null) return []
  const arr = moneyAt(figures, 'renewal', 'arr')
  const when = inDays < 0 ? `${daysText(-inDays)} ago` : `in ${daysText(inDays)}`
  return [`**Renewal:** ${day} (${when})${arr === null ? '' : `, ${arr} a year`}`]
}

function commitmentLine(figures: unknown): string[] {
  if (listAt(figures, 'commitments', 'items').length === 0) return []
  const count = (state: string): string => `${numberAt(figures, 'commitments', state) ?? 0} ${state}`
  return [`**Commitments:** ${count('kept')}, ${count('open')}, ${count('overdue')}`]
}

function highlight(entry: unknown): string {
  const detail = textAt(entry, 'detail')
  return `${dayText(at(entry, 'onDay'))}: ${textAt(entry, 'title')}${detail === '' ? '' : ` (${withDays(detail)})`}`
}

function proposal(entry: unknown): string {
  return `**${textAt(entry, 'title')}.** ${withDays(textAt(entry, 'why'))} ${withDays(textAt(entry, 'measure'))}`
}

function titled(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `**${title}**\n\n${bullets(items)}`
}
