import { at, listAt, moneyAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, dayText, daysText, table } from './markdown.ts'

const NAMED = 8
const OUTLOOKS = ['commit', 'best_case', 'at_risk', 'unknown'] as const
const WORDS = { commit: 'Commit', best_case: 'Best case', at_risk: 'At risk', unknown: 'Unknown' } as const

/** The figures of `forecast-renewals` as Markdown. */
export function renderRenewals(figures: unknown): string {
  return blocks([monthTable(figures), renewalList(figures), pastDueList(figures), ruleList(figures)])
}

function monthTable(figures: unknown): string {
  if (numberAt(figures, 'count') === 0) return ''
  const months = listAt(figures, 'byMonth').map((month) => [
    dayText(at(month, 'month')).replace(/^1 /, ''),
    ...cells(listAt(month, 'sums')),
  ])
  return table(
    ['Month', ...OUTLOOKS.map((outlook) => WORDS[outlook])],
    [...months, ['Together', ...cells(listAt(figures, 'total'))]],
    [1, 2, 3, 4],
  )
}

/** `$120K (2)`, `$0 (1, 1 without amount)`, or a dash. */
function cells(sums: readonly unknown[]): string[] {
  return OUTLOOKS.map((outlook) => {
    const sum = sums.find((one) => at(one, 'outlook') === outlook)
    const count = numberAt(sum, 'renewals') ?? 0
    if (count === 0) return '–'
    const missing = (numberAt(sum, 'withoutArr') ?? 0) + (numberAt(sum, 'otherCurrency') ?? 0)
    return `${moneyAt(sum, 'arr') ?? '–'} (${count}${missing > 0 ? `, ${missing} not in the amount` : ''})`
  })
}

function renewalList(figures: unknown): string {
  const lines = listAt(figures, 'renewals')
    .filter((renewal) => at(renewal, 'outlook') !== 'commit')
    .slice(0, NAMED)
    .map((renewal) => {
      const outlook = OUTLOOKS.find((one) => one === at(renewal, 'outlook')) ?? 'unknown'
      const money = moneyAt(renewal, 'arr') ?? 'amount unknown'
      return `**${WORDS[outlook]}:** ${textAt(renewal, 'client', 'label')}, ${money}, ${dayText(at(renewal, 'renewalOn'))} (in ${daysText(numberAt(renewal, 'inDays'))}): ${textAt(renewal, 'reason')}`
    })
  return lines.length === 0 ? '' : bullets(lines)
}

function pastDueList(figures: unknown): string {
  const lines = listAt(figures, 'pastDue', 'renewals')
    .slice(0, NAMED)
    .map(
      (renewal) => `${textAt(renewal, 'client', 'label')}: ${daysText(Math.abs(numberAt(renewal, 'inDays') ?? 0))} ago`,
    )
  return lines.length === 0 ? '' : `**Renewal day has passed**\n\n${bullets(lines)}`
}

function ruleList(figures: unknown): string {
  if (numberAt(figures, 'count') === 0) return ''
  const lines = OUTLOOKS.map((outlook) => `**${WORDS[outlook]}:** ${textAt(figures, 'rules', outlook)}`)
  return `How they are counted:\n\n${bullets(lines)}`
}
