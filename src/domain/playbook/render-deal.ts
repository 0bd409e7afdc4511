import { formatCount, withDays } from '../figure-text.ts'
import { at, listAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, dayText, daysText, moneyCell, percentCell } from './markdown.ts'

/** The figures of `coach-deal` as Markdown. */
export function renderDeal(figures: unknown): string {
  const signals = listAt(figures, 'signals')
  const inState = (state: string): readonly unknown[] => signals.filter((signal) => at(signal, 'state') === state)
  return blocks([
    bullets([...dealLines(figures), ...riskLine(figures), ...chanceLine(figures), ...calibrationLine(figures)]),
    titled('What puts it at risk', inState('risk').map(riskItem)),
    titled(
      'What the records do not say',
      inState('unknown').map((signal) =>
        pair(textAt(signal, 'label'), textAt(signal, 'remedy') || textAt(signal, 'detail')),
      ),
    ),
    inState('ok').length > 0
      ? `In order: ${inState('ok')
          .map((signal) => textAt(signal, 'label').toLowerCase())
          .join(', ')}.`
      : '',
  ])
}

function dealLines(figures: unknown): string[] {
  const deal = at(figures, 'deal')
  const owner = textAt(deal, 'repName')
  const facts = [
    textAt(deal, 'stage'),
    textAt(deal, 'name').includes(textAt(deal, 'clientName')) ? '' : textAt(deal, 'clientName'),
    owner === '' ? '' : `owner ${owner}`,
    numberAt(deal, 'ageDays') === null ? '' : `${daysText(numberAt(deal, 'ageDays'))} old`,
  ].filter((part) => part !== '')
  const step = textAt(deal, 'nextStep')
  const due = dayText(at(deal, 'nextStepOn'))
  return [
    `**Deal:** ${facts.join(', ')}; value ${moneyCell(at(deal, 'value'))}`,
    ...(step === '' ? [] : [`**Next step on record:** ${step}${due === '' ? '' : `, due ${due}`}`]),
  ]
}

/** The headline says the level; what remains is how much of the picture the records hold. */
function riskLine(figures: unknown): string[] {
  const level = textAt(figures, 'level')
  if (level === '' || listAt(figures, 'signals').length === 0) return []
  const share = numberAt(figures, 'knownWeight')
  const known = percentCell(share)
  if (level === 'unknown') return [`**Risk:** not known; the records cover only ${known} of what I look at`]
  const rest =
    share !== null && share >= 0.995
      ? 'the records cover all I look at'
      : `the records cover ${known} of what I look at`
  return [`**Risk:** ${level}, ${percentCell(numberAt(figures, 'score'))} of the weight speaks against it; ${rest}`]
}

function chanceLine(figures: unknown): string[] {
  const chance = at(figures, 'winProbability')
  const value = numberAt(chance, 'value')
  if (value === null) return []
  const range = `${percentCell(numberAt(chance, 'low'))} to ${percentCell(numberAt(chance, 'high'))}`
  const decided = `${formatCount(numberAt(chance, 'n') ?? 0)} decided, ${textAt(chance, 'basis')}`
  return [`**Deals like it:** ${percentCell(value)} were won, likely ${range} (${decided})`]
}

/** The table belongs to the forecast; here one line says whether to trust the chance. */
function calibrationLine(figures: unknown): string[] {
  const buckets = listAt(figures, 'calibration', 'buckets')
  if (buckets.length === 0 || numberAt(figures, 'winProbability', 'value') === null) return []
  const held = buckets.filter((bucket) => at(bucket, 'isWithin') === true).length
  return [
    `**How such chances fared:** ${formatCount(numberAt(figures, 'calibration', 'n') ?? 0)} decided deals; in ${held} of ${buckets.length} ranges what happened agrees with the chance given`,
  ]
}

function riskItem(signal: unknown): string {
  const remedy = textAt(signal, 'remedy')
  return `**${textAt(signal, 'label')}** (${textAt(signal, 'severity')}): ${withDays(textAt(signal, 'detail'))}${remedy === '' ? '' : ` ${remedy}`}`
}

function pair(label: string, text: string): string {
  return text === '' ? label : `${label}: ${text}`
}

function titled(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `**${title}**\n\n${bullets(items)}`
}
