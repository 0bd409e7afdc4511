import { at, listAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell } from './markdown.ts'

const STEPS = [
  ['listen', 'Listen'],
  ['acknowledge', 'Acknowledge'],
  ['question', 'Ask'],
  ['reframe', 'Reframe'],
  ['evidence', 'Show'],
] as const

/** The figures of `handle-objection` as Markdown. */
export function renderObjection(figures: unknown): string {
  const steps = at(figures, 'chosen', 'method', 'steps')
  return blocks([
    ...STEPS.map(([step, title]) => stepText(title, at(steps, step))),
    at(figures, 'chosen') === null ? knownKinds(figures) : '',
    bullets([...alikeLine(figures), ...rivalLine(figures), ...traitLines(figures)]),
  ])
}

/** A method's own words; its list of questions stays a list. */
function stepText(title: string, step: unknown): string {
  if (typeof step !== 'string') return ''
  const lines = step.split('\n').filter((line) => line.trim() !== '')
  const items = lines.filter((line) => line.startsWith('- ')).map((line) => textAt({ line: line.slice(2) }, 'line'))
  const plain = lines.filter((line) => !line.startsWith('- ')).map((line) => textAt({ line }, 'line'))
  return blocks([`**${title}.** ${plain.join(' ')}`.trim(), bullets(items)])
}

function knownKinds(figures: unknown): string {
  const kinds = listAt(figures, 'kinds').map((kind) => textAt({ kind }, 'kind'))
  return kinds.length === 0 ? '' : `I have a way of answering for: ${kinds.join(', ')}.`
}

function alikeLine(figures: unknown): string[] {
  const lost = numberAt(figures, 'lostAlike', 'lost') ?? 0
  return lost === 0 ? [] : [`**Lost with that reason:** ${countCell(lost)} deals in sight`]
}

function rivalLine(figures: unknown): string[] {
  const won = numberAt(figures, 'sameCompetitor', 'won')
  const lost = numberAt(figures, 'sameCompetitor', 'lost')
  if (won === null || lost === null || won + lost === 0) return []
  const rival = textAt(figures, 'deal', 'competitor')
  return [`**With ${rival} in the deal:** ${countCell(won)} won, ${countCell(lost)} lost`]
}

function traitLines(figures: unknown): string[] {
  return listAt(figures, 'traits').map((one) => {
    const count = (part: string): string => countCell(numberAt(one, part))
    return `**Won ones more often had ${textAt(one, 'trait')}:** ${count('won')} of ${count('ofWon')}, lost ones ${count('lost')} of ${count('ofLost')}`
  })
}
