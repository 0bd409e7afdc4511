import { at, listAt, moneyAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell, percentCell, table } from './markdown.ts'
import { measureCell, rangeCell } from './measure-cells.ts'

const VERDICTS: Readonly<Record<string, string>> = { better: 'better', worse: 'worse', too_few: 'too few to tell' }
const STAND_OUT_SHOWN = 5

/** The figures of `review-performance` as Markdown. */
export function renderPerformance(figures: unknown): string {
  const currency = at(figures, 'currency')
  return blocks([
    standOut('Strengths, from the rows', listAt(figures, 'strengths'), currency),
    standOut('Gaps, from the rows', listAt(figures, 'gaps'), currency),
    comparisonTable(figures, 'history', 'The last 180 days against the time before'),
    comparisonTable(figures, 'peers', 'Two years against peers'),
    bullets([...quotaLine(figures), ...mixLine(figures)]),
    reasonTable(figures),
    stageTable(figures),
    kindTable(figures),
  ])
}

function standOut(title: string, found: readonly unknown[], currency: unknown): string {
  if (found.length === 0) return ''
  const lines = found.slice(0, STAND_OUT_SHOWN).map((one) => {
    const unit = at(one, 'unit')
    const cell = (...path: string[]): string => measureCell(numberAt(one, ...path), unit, currency)
    const against = at(one, 'against') === 'history' ? 'before' : 'among peers'
    const low = measureCell(numberAt(one, 'difference', 'low'), unit, currency)
    const high = measureCell(numberAt(one, 'difference', 'high'), unit, currency)
    return `**${textAt(one, 'label')}:** ${cell('rep', 'value')} against ${cell('other', 'value')} ${against} (difference likely ${low} to ${high}; ${countCell(numberAt(one, 'rep', 'n'))} and ${countCell(numberAt(one, 'other', 'n'))} rows)`
  })
  return `**${title}**\n\n${bullets(lines)}`
}

function comparisonTable(figures: unknown, against: string, title: string): string {
  const currency = at(figures, 'currency')
  const rows = listAt(figures, 'comparisons').filter((one) => at(one, 'against') === against)
  if (rows.length === 0) return ''
  const head = ['Measure', 'Rep', 'Likely', 'n', against === 'history' ? 'Before' : 'Peers', 'Verdict']
  return `**${title}**\n\n${table(
    head,
    rows.map((one) => [
      textAt(one, 'label'),
      measureCell(numberAt(one, 'rep', 'value'), at(one, 'unit'), currency),
      rangeCell(at(one, 'rep'), at(one, 'unit'), currency),
      countCell(numberAt(one, 'rep', 'n')),
      measureCell(numberAt(one, 'other', 'value'), at(one, 'unit'), currency),
      verdictCell(one),
    ]),
    [1, 2, 3, 4],
  )}`
}

function verdictCell(one: unknown): string {
  const verdict = at(one, 'verdict')
  const words = typeof verdict === 'string' && Object.hasOwn(VERDICTS, verdict) ? VERDICTS[verdict] : undefined
  const more = numberAt(one, 'moreNeeded')
  return `${words ?? ''}${more === null ? '' : `; about ${countCell(more)} more would`}`
}

function quotaLine(figures: unknown): string[] {
  const quota = moneyAt(figures, 'quota', 'quota')
  if (quota === null) return []
  const quarter = percentCell(numberAt(figures, 'quota', 'quarterShare'))
  const year = percentCell(numberAt(figures, 'quota', 'yearShare'))
  return [
    `**Quota:** ${moneyAt(figures, 'quota', 'quarterWon') ?? ''} won of ${quota} this quarter (${quarter}); ${year} of four quotas in the last 365 days`,
  ]
}

function mixLine(figures: unknown): string[] {
  const expected = numberAt(figures, 'mix', 'expectedRate')
  if (expected === null) return []
  const verdict = at(figures, 'mix', 'verdict')
  const words =
    verdict === 'as_expected'
      ? 'as far as can be told what the mix gives'
      : `${verdict === 'better' ? 'more' : 'less'} than the mix gives`
  return [
    `**Mix:** with these products and segments peers would win ${percentCell(expected)}; won were ${percentCell(numberAt(figures, 'mix', 'actual', 'value'))}, ${words}`,
  ]
}

function reasonTable(figures: unknown): string {
  const rows = listAt(figures, 'lostReasons').map((one) => [
    textAt(one, 'reason'),
    countCell(numberAt(one, 'recent')),
    countCell(numberAt(one, 'earlier')),
    percentCell(numberAt(one, 'peerShare')),
  ])
  return table(['Lost because', 'Last 180 days', 'Before', "Share of peers' losses"], rows, [1, 2, 3])
}

function stageTable(figures: unknown): string {
  const rows = listAt(figures, 'lostStages').map((one) => [
    textAt(one, 'stage'),
    countCell(numberAt(one, 'lost')),
    percentCell(numberAt(one, 'peerShare')),
  ])
  return table(['Lost from', 'Deals', "Share of peers' losses"], rows, [1, 2])
}

function kindTable(figures: unknown): string {
  const rows = listAt(figures, 'activityKinds').map((one) => [
    textAt(one, 'kind'),
    countCell(numberAt(one, 'count')),
    percentCell(numberAt(one, 'share')),
    percentCell(numberAt(one, 'peerShare')),
  ])
  return table(['Activity', 'Last 180 days', 'Share', "Peers' share"], rows, [1, 2, 3])
}
