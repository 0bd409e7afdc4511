import { formatCount, withDays } from '../figure-text.ts'
import { at, listAt, moneyAt, nameAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell, dayText, percentCell, table } from './markdown.ts'

const MAX_LINES = 4
const CHANGE_TITLES: Readonly<Record<string, string>> = {
  won: 'Won',
  lost: 'Lost',
  advanced: 'Advanced',
  moved_back: 'Moved back',
  slipped: 'Slipped',
  gone_silent: 'Gone silent',
  step_missed: 'Next steps missed',
  step_kept: 'Next steps kept',
  new: 'New',
  field_missing: 'Fields now empty',
  field_filled: 'Fields filled in',
}

/** The part of a review that was asked for, as Markdown; empty for an overview. */
export function renderFocus(figures: unknown): string {
  const outlook = at(figures, 'outlook')
  switch (textAt(outlook, 'focus')) {
    case 'changes':
      return renderChanges(outlook)
    case 'forecast':
      return renderForecast(outlook)
    case 'coverage':
      return blocks([coverageTable(outlook), bullets(velocityLine(outlook))])
    case 'concentration':
      return renderConcentration(outlook)
    default:
      return ''
  }
}

/** One line each of what an overview should not leave out. */
export function outlookLines(figures: unknown): string[] {
  const outlook = at(figures, 'outlook')
  return [
    ...changeLine(outlook),
    ...forecastLine(outlook),
    ...coverageLine(outlook),
    ...slippingLine(outlook),
    ...velocityLine(outlook),
  ]
}

function changeLine(outlook: unknown): string[] {
  const groups = listAt(outlook, 'changes', 'groups')
  if (groups.length === 0) return []
  const counts = groups.map((group) => `${formatCount(numberAt(group, 'deals') ?? 0)} ${titleOf(group).toLowerCase()}`)
  return [`**Since ${dayText(at(outlook, 'changes', 'comparedWith'))}:** ${counts.join(', ')}`]
}

function forecastLine(outlook: unknown): string[] {
  const expected = moneyAt(outlook, 'forecast', 'open', 'expected')
  if (expected === null || numberAt(outlook, 'forecast', 'open', 'valuedDeals') === 0) return []
  return [`**Forecast:** ${expected}, likely ${range(at(outlook, 'forecast', 'open'))}`]
}

function coverageLine(outlook: unknown): string[] {
  const ratio = numberAt(outlook, 'coverage', 'ratio')
  if (ratio === null) return []
  return [`**Coverage:** ${ratio.toFixed(1)} times the ${moneyAt(outlook, 'coverage', 'remaining')} missing to quota`]
}

function slippingLine(outlook: unknown): string[] {
  const passed = numberAt(outlook, 'slipping', 'passed') ?? 0
  const pushed = numberAt(outlook, 'slipping', 'pushed') ?? 0
  if (passed + pushed === 0) return []
  return [
    `**Slipping:** ${formatCount(passed)} past their expected close, ${formatCount(pushed)} moved later at least once`,
  ]
}

function velocityLine(outlook: unknown): string[] {
  const perMonth = moneyAt(outlook, 'velocity', 'perMonth')
  return perMonth === null ? [] : [`**Velocity:** ${perMonth} won per 30 days if deals go on as they did`]
}

function renderChanges(outlook: unknown): string {
  const groups = listAt(outlook, 'changes', 'groups')
  const parts = groups.map((group) => {
    const lines = listAt(group, 'lines')
      .slice(0, MAX_LINES)
      .map((line) => `${textAt(line, 'deal', 'label')}: ${withDays(textAt(line, 'detail'))}${about(line)}`)
    const more = (numberAt(group, 'deals') ?? 0) - lines.length
    const all = more > 0 ? [...lines, `and ${formatCount(more)} more`] : lines
    return `**${titleOf(group)}** (${countCell(numberAt(group, 'deals'))})\n\n${bullets(all)}`
  })
  const hasSteps = groups.some((group) => textAt(group, 'kind').startsWith('step_'))
  return blocks([...parts, hasSteps ? textAt(outlook, 'changes', 'stepRule') : ''])
}

function about(line: unknown): string {
  const parts = [textAt(line, 'repName'), moneyAt(line, 'value') ?? ''].filter((part) => part !== '')
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

function titleOf(group: unknown): string {
  const kind = nameAt(group, 'kind')
  return CHANGE_TITLES[kind] ?? kind.replaceAll('_', ' ')
}

function renderForecast(outlook: unknown): string {
  const forecast = at(outlook, 'forecast')
  const rows = [
    ['All open deals', at(forecast, 'open')],
    [`Closing by ${dayText(at(forecast, 'thisQuarter', 'to'))}`, at(forecast, 'thisQuarter')],
  ] as const
  const lines = rows.map(([label, part]) => [
    label,
    countCell(numberAt(part, 'deals')),
    (numberAt(part, 'expectedWins') ?? 0).toFixed(1),
    moneyAt(part, 'expected') ?? 'unknown',
    range(part),
  ])
  if (forecast === null) return ''
  const won = moneyAt(forecast, 'thisQuarter', 'wonSoFar')
  return blocks([
    table(['', 'Deals', 'Expected wins', 'Expected', 'Likely'], lines, [1, 2, 3, 4]),
    won === null ? '' : `Won so far this quarter: ${won}.`,
    calibrationTable(at(forecast, 'calibration')),
  ])
}

/** How chances given before came out; empty without one. */
function calibrationTable(calibration: unknown): string {
  const rows = listAt(calibration, 'buckets').map((bucket) => [
    `${percentCell(numberAt(bucket, 'from'))} to ${percentCell(numberAt(bucket, 'to'))}`,
    countCell(numberAt(bucket, 'n')),
    percentCell(numberAt(bucket, 'predicted')),
    percentCell(numberAt(bucket, 'observed')),
    `${percentCell(numberAt(bucket, 'low'))} to ${percentCell(numberAt(bucket, 'high'))}`,
  ])
  if (rows.length === 0) return ''
  return blocks([
    'How such chances fared, each given from deals closed on earlier days:',
    table(['Chance given', 'Deals', 'Mean chance', 'Won', 'Likely'], rows, [1, 2, 3, 4]),
  ])
}

function range(part: unknown): string {
  return `${moneyAt(part, 'low') ?? '–'} to ${moneyAt(part, 'high') ?? '–'}`
}

function coverageTable(outlook: unknown): string {
  const coverage = at(outlook, 'coverage')
  if (numberAt(coverage, 'repsWithQuota') === null) return ''
  const money = (name: string): string => moneyAt(coverage, name) ?? 'unknown'
  return table(
    ['Quota', 'Won in the quarter', 'Missing', 'Open'],
    [[money('quota'), money('won'), money('remaining'), money('open')]],
    [0, 1, 2, 3],
  )
}

function renderConcentration(outlook: unknown): string {
  const rows = [...listAt(outlook, 'concentration', 'topDeals'), ...listAt(outlook, 'concentration', 'topClients')].map(
    (line) => [
      `${textAt(line, 'record', 'label')} (${textAt(line, 'record', 'kind')})`,
      moneyAt(line, 'value') ?? 'unknown',
      percentCell(numberAt(line, 'share')),
    ],
  )
  return table(['Largest', 'Open value', 'Share'], rows, [1, 2])
}
