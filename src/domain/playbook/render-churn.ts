import { withDays } from '../figure-text.ts'
import { at, listAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, dayText, percentCell, table } from './markdown.ts'

const FACTORS_SHOWN = 8

/** The figures of `predict-churn` as Markdown. */
export function renderChurn(figures: unknown): string {
  return blocks([
    bullets([...pointLines(figures), ...renewalLines(figures)]),
    factorTable(figures),
    reliefList(figures),
  ])
}

function pointLines(figures: unknown): string[] {
  const points = numberAt(figures, 'estimate', 'points')
  const known = percentCell(numberAt(figures, 'estimate', 'knownShare'))
  const score = numberAt(figures, 'health', 'score')
  return [
    points === null
      ? '**Churn risk:** not known; nothing speaks of it'
      : `**Churn risk:** ${textAt(figures, 'estimate', 'band')}, at least ${Math.floor(points)} of 100 points (${known} of them could be judged)`,
    ...(score === null ? [] : [`**Health:** ${Math.floor(score)} of 100`]),
  ]
}

function renewalLines(figures: unknown): string[] {
  const day = dayText(at(figures, 'client', 'renewalOn'))
  return day === '' ? [] : [`**Renewal:** ${day}`]
}

function factorTable(figures: unknown): string {
  const rows = listAt(figures, 'estimate', 'factors')
    .filter((factor) => (numberAt(factor, 'points') ?? 0) > 0)
    .slice(0, FACTORS_SHOWN)
    .map((factor) => [
      textAt(factor, 'label'),
      withDays(textAt(factor, 'text')),
      `${numberAt(factor, 'points')?.toFixed(1) ?? '–'} of ${numberAt(factor, 'most') ?? '–'}`,
    ])
  return table(['Reason', 'What the rows say', 'Points'], rows, [2])
}

/** What would take the points away, the heaviest first. */
function reliefList(figures: unknown): string {
  const reliefs = listAt(figures, 'estimate', 'factors')
    .filter((factor) => (numberAt(factor, 'points') ?? 0) >= 1)
    .slice(0, 4)
    .map((factor) => `${textAt(factor, 'relief')} (−${(numberAt(factor, 'points') ?? 0).toFixed(1)})`)
  return reliefs.length === 0 ? '' : `**What would lower it**\n\n${bullets(reliefs)}`
}
