import { countOf, formatCount } from '../figure-text.ts'
import { at, listAt, moneyAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell, daysText, moneyCell, percentCell, table } from './markdown.ts'
import { outlookLines, renderFocus } from './render-outlook.ts'

const MAX_GROUPS = 12
const MAX_OLDEST = 5
const MAX_LARGEST = 3

/** The figures of `review-pipeline` as Markdown. */
export function renderPipeline(figures: unknown): string {
  const isSplit = listAt(figures, 'groups', 'rows').length > 0
  // Asked for a split, the split is the answer; the rest would bury it.
  if (isSplit) return blocks([groupTable(figures), bullets([...winRateLines(figures), ...cycleLines(figures)])])
  const focus = renderFocus(figures)
  if (focus !== '') return focus
  if (textAt(figures, 'outlook', 'focus') === 'ageing')
    return blocks([bullets([...ageingLines(figures), ...cycleLines(figures)]), oldestList(figures)])
  return blocks([
    stageTable(figures),
    bullets([...winRateLines(figures), ...cycleLines(figures), ...ageingLines(figures), ...outlookLines(figures)]),
    largestList(figures),
    oldestList(figures),
    unvaluedList(figures),
  ])
}

function stageTable(figures: unknown): string {
  const rows = listAt(figures, 'open', 'stages').map((stage) => [
    capital(textAt(stage, 'stage')),
    countCell(numberAt(stage, 'deals')),
    moneyCell(at(stage, 'value')),
  ])
  return table(['Stage', 'Open deals', 'Value'], rows, [1, 2])
}

function winRateLines(figures: unknown): string[] {
  const rate = numberAt(figures, 'winRate', 'rate')
  const n = numberAt(figures, 'winRate', 'n') ?? 0
  if (rate === null) return ['**Win rate:** not known; no deal is decided yet.']
  const won = numberAt(figures, 'winRate', 'won')
  return [
    `**Win rate:** ${percentCell(rate)} (${countCell(won)} won of ${formatCount(n)} decided; ${interval(figures, 'winRate')})`,
  ]
}

function interval(value: unknown, ...path: string[]): string {
  return `likely between ${percentCell(numberAt(value, ...path, 'low'))} and ${percentCell(numberAt(value, ...path, 'high'))}`
}

function cycleLines(figures: unknown): string[] {
  const median = numberAt(figures, 'cycle', 'medianDays')
  if (median === null) return []
  const p75 = daysText(numberAt(figures, 'cycle', 'p75Days'))
  return [
    `**Days to win:** half within ${daysText(median)}, three in four within ${p75} (${countCell(numberAt(figures, 'cycle', 'n'))} won deals)`,
  ]
}

function ageingLines(figures: unknown): string[] {
  const older = numberAt(figures, 'ageing', 'olderThanP90')
  const dated = numberAt(figures, 'ageing', 'datedDeals')
  if (older === null || dated === null) return []
  const share = percentCell(numberAt(figures, 'ageing', 'shareOlderThanP90'))
  const limit = daysText(numberAt(figures, 'ageing', 'p90Days'))
  if (older === 0)
    return [
      `**Ageing:** none of ${countOf(dated, 'dated open deal')} is older than ${limit}, by which nine in ten won deals had closed`,
    ]
  return [
    `**Ageing:** ${formatCount(older)} of ${countOf(dated, 'dated open deal')} (${share}) are older than ${limit}, by which nine in ten won deals had closed`,
  ]
}

function groupTable(figures: unknown): string {
  const groups = listAt(figures, 'groups', 'rows')
  const by = textAt(figures, 'groups', 'by')
  const rows = groups.slice(0, MAX_GROUPS).map((group) => {
    const isSmall = at(group, 'isSmallSample') === true
    const rate = percentCell(numberAt(group, 'winRate', 'rate'))
    return [
      textAt(group, 'label') || 'not stated',
      countCell(numberAt(group, 'openDeals')),
      moneyCell(at(group, 'openValue')),
      `${rate} of ${countCell(numberAt(group, 'winRate', 'n'))}${isSmall ? ' (few)' : ''}`,
      daysText(numberAt(group, 'medianCycleDays')),
    ]
  })
  const more =
    groups.length > MAX_GROUPS
      ? `${countOf(groups.length - MAX_GROUPS, 'more row')} not shown; the largest come first.`
      : ''
  return blocks([
    table([capital(by), 'Open deals', 'Open value', 'Win rate', 'Median days to win'], rows, [1, 2, 3, 4]),
    more,
  ])
}

function oldestList(figures: unknown): string {
  const oldest = listAt(figures, 'ageing', 'oldest').slice(0, MAX_OLDEST)
  if (oldest.length === 0) return ''
  const lines = oldest.map((deal) => {
    return `${textAt(deal, 'deal', 'label')}: ${daysText(numberAt(deal, 'ageDays'))} old${aboutDeal(deal)}`
  })
  return `Oldest open deals:\n\n${bullets(lines)}`
}

function largestList(figures: unknown): string {
  const largest = listAt(figures, 'largest').slice(0, MAX_LARGEST)
  if (largest.length === 0) return ''
  const lines = largest.map((deal) => {
    const value = moneyAt(deal, 'value') ?? 'value unknown'
    return `${textAt(deal, 'deal', 'label')}: ${value}${at(deal, 'isEstimated') === true ? ' (list price)' : ''}${aboutDeal(deal)}`
  })
  return `Largest open deals:\n\n${bullets(lines)}`
}

/** All of them by name where there are few; a long list belongs on the page of deals. */
function unvaluedList(figures: unknown): string {
  const unvalued = listAt(figures, 'unvalued')
  const count = numberAt(figures, 'open', 'value', 'unvaluedRows') ?? numberAt(figures, 'open', 'deals') ?? 0
  const isNarrowed = listAt(figures, 'filters').length > 0
  if (!isNarrowed || unvalued.length === 0 || count > unvalued.length) return ''
  return `Without a value:\n\n${bullets(unvalued.map((deal) => `${textAt(deal, 'deal', 'label')}${aboutDeal(deal)}`))}`
}

/** Stage and owner; the client only where the deal's name does not say it. */
function aboutDeal(deal: unknown): string {
  const client = textAt(deal, 'clientName')
  const name = textAt(deal, 'deal', 'label')
  const parts = [name.includes(client) ? '' : client, textAt(deal, 'stage'), textAt(deal, 'repName')]
  const about = parts.filter((part) => part !== '').join(', ')
  return about === '' ? '' : ` (${about})`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
