import { at, listAt, moneyAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell, dayText, daysText, percentCell, table } from './markdown.ts'

/** The figures of `assess-health` as Markdown. */
export function renderHealth(figures: unknown): string {
  return blocks([
    bullets([...scoreLines(figures), ...moveLines(figures), ...clientLines(figures), ...trendLines(figures)]),
    componentTable(figures),
    driverList(figures),
    rememberedList(figures),
  ])
}

function scoreLines(figures: unknown): string[] {
  const score = numberAt(figures, 'score')
  const band = textAt(figures, 'band').replaceAll('\\_', ' ')
  return [
    score === null ? '**Health:** not known; no row speaks for it' : `**Health:** ${Math.floor(score)} of 100, ${band}`,
  ]
}

/** The score against that of the rows as they stood then. */
function moveLines(figures: unknown): string[] {
  return ['scoreTrend30', 'scoreTrend90'].flatMap((name) => {
    const change = numberAt(figures, name, 'change')
    if (change === null) return []
    const word = change === 0 ? 'unchanged' : `${change < 0 ? 'down' : 'up'} ${Math.abs(change).toFixed(1)} points`
    return [
      `**Score, ${numberAt(figures, name, 'days') ?? ''} days:** ${word} (it was ${tenth(numberAt(figures, name, 'scoreBefore'))})`,
    ]
  })
}

/** What is remembered, and whether it moved the score. */
function rememberedList(figures: unknown): string {
  const notes = listAt(figures, 'remembered').map((note) => {
    const component = textAt(note, 'bearsOn')
    return `${textAt(note, 'text')} (${dayText(at(note, 'saidOn'))}; ${component === '' ? 'not part of the score' : `counted in ${component}`})`
  })
  return notes.length === 0 ? '' : `**Remembered**\n\n${bullets(notes)}`
}

function clientLines(figures: unknown): string[] {
  const arr = moneyAt(figures, 'client', 'arr')
  const renewal = dayText(at(figures, 'client', 'renewalOn'))
  const inDays = numberAt(figures, 'client', 'renewalInDays')
  const when = inDays === null ? '' : inDays < 0 ? ` (${daysText(-inDays)} ago)` : ` (in ${daysText(inDays)})`
  return [
    ...(arr === null ? [] : [`**Pays a year:** ${arr}`]),
    ...(renewal === '' ? [] : [`**Renewal:** ${renewal}${when}`]),
  ]
}

function trendLines(figures: unknown): string[] {
  return ['trend30', 'trend90'].flatMap((name) => {
    const change = numberAt(figures, name, 'change')
    if (change === null) return []
    const mean = numberAt(figures, name, 'mean')
    const before = numberAt(figures, name, 'meanBefore')
    const isSteady = Math.abs(change) < 0.02
    const word = isSteady ? 'steady' : `${change < 0 ? 'down' : 'up'} ${percentCell(Math.abs(change))}`
    return [
      `**Active users, ${numberAt(figures, name, 'days') ?? ''} days:** ${word} (${tenth(before)} to ${tenth(mean)} a day)`,
    ]
  })
}

function componentTable(figures: unknown): string {
  const rows = listAt(figures, 'components').map((component) => {
    const known = listAt(component, 'inputs').flatMap((input) =>
      textAt(input, 'value') === '' ? [] : [`${textAt(input, 'label')}: ${textAt(input, 'value')}`],
    )
    const score = numberAt(component, 'score')
    return [
      textAt(component, 'label'),
      score === null ? 'no data' : countCell(Math.round(score)),
      percentCell(numberAt(component, 'weight')),
      known.join('; ') || '–',
    ]
  })
  return table(['View', 'Score', 'Weight', 'Rests on'], rows, [1, 2])
}

function driverList(figures: unknown): string {
  const drivers = listAt(figures, 'drivers').map((driver) => {
    const points = numberAt(driver, 'points')
    return `${textAt(driver, 'text')}${points === null ? '' : ` (${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)} points)`}`
  })
  return drivers.length === 0 ? '' : `**What moves it most**\n\n${bullets(drivers)}`
}

function tenth(value: number | null): string {
  return value === null ? '–' : value.toFixed(1)
}
