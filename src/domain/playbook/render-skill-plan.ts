import { at, listAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell, dayText, table } from './markdown.ts'
import { measureCell } from './measure-cells.ts'

/** The figures of `plan-skills` as Markdown. */
export function renderSkillPlan(figures: unknown): string {
  const currency = at(figures, 'currency')
  return blocks(listAt(figures, 'gaps').map((plan) => renderGap(plan, currency)))
}

function renderGap(plan: unknown, currency: unknown): string {
  const unit = at(plan, 'gap', 'unit')
  const cell = (...path: string[]): string => measureCell(numberAt(plan, ...path), unit, currency)
  const name = textAt(plan, 'method', 'name')
  const noticeable = numberAt(plan, 'target', 'noticeable')
  const rows = countCell(numberAt(plan, 'target', 'rowsInPlan'))
  const deals = listAt(plan, 'practiseOn').map((deal) => textAt(deal, 'label'))
  return blocks([
    `**${textAt(plan, 'gap', 'label')}${name === '' ? '' : `: ${name}`}**`,
    textAt(plan, 'method', 'why'),
    table(
      ['Week', 'What', 'Check-in'],
      listAt(plan, 'weeks').map((week) => [
        countCell(numberAt(week, 'week')),
        `**${textAt(week, 'title')}.** ${textAt(week, 'exercise')}`,
        dayText(at(week, 'checkInOn')),
      ]),
    ),
    bullets([
      `**Measure:** today ${cell('target', 'today')}, held against ${cell('target', 'other')}`,
      noticeable === null
        ? `**Noticeable:** six weeks bring about ${rows} rows, too few to show a change`
        : `**Noticeable:** six weeks bring about ${rows} rows; a change of ${cell('target', 'noticeable')} or more could be told, of ${cell('target', 'noticeableInWindow')} after 180 days`,
      ...(deals.length > 0 ? [`**Practise on:** ${deals.join('; ')}`] : []),
    ]),
  ])
}
