import { countOf, withDays } from '../figure-text.ts'
import { at, listAt, moneyAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, dayText, daysText, moneyCell, percentCell, table } from './markdown.ts'

const STANDINGS: Readonly<Record<string, string>> = {
  left: 'has left',
  never_met: 'never met',
  new: 'new to us',
  known: 'known',
}

/** The figures of `prepare-meeting` as Markdown: one page. */
export function renderMeeting(figures: unknown): string {
  return blocks([
    titled('Three questions to ask', listAt(figures, 'questions').map(questionItem)),
    peopleTable(figures),
    dealTable(figures),
    titled('Risks', listAt(figures, 'deals').flatMap(riskItems)),
    titled('Open commitments', listAt(figures, 'commitments').map(commitmentItem)),
    titled('Last touches', listAt(figures, 'history').map(touchItem)),
    titled('Numbers', numberItems(at(figures, 'numbers'))),
    titled(
      'Remembered',
      listAt(figures, 'remembered').map((fact) => `${textAt(fact, 'text')} (${dayText(at(fact, 'saidOn'))})`),
    ),
  ])
}

function titled(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `**${title}**\n\n${bullets(items)}`
}

function questionItem(one: unknown): string {
  return `**${textAt(one, 'question')}** ${withDays(textAt(one, 'why'))}`
}

function peopleTable(figures: unknown): string {
  const rows = listAt(figures, 'people').map((person) => {
    const standing = at(person, 'standing')
    const words = typeof standing === 'string' && Object.hasOwn(STANDINGS, standing) ? STANDINGS[standing] : undefined
    return [
      textAt(person, 'name'),
      [textAt(person, 'title'), textAt(person, 'role')].filter((part) => part !== '').join(', '),
      words ?? '',
      dayText(at(person, 'lastTouchOn')) || '–',
    ]
  })
  return table(['Who', 'Role', 'To us', 'Last touch'], rows)
}

function dealTable(figures: unknown): string {
  const rows = listAt(figures, 'deals').map((deal) => [
    textAt(deal, 'name'),
    textAt(deal, 'stage'),
    daysText(numberAt(deal, 'stageDays')),
    moneyCell(at(deal, 'value')),
    textAt(deal, 'level'),
    percentCell(numberAt(deal, 'winProbability', 'value')),
    [textAt(deal, 'nextStep'), dayText(at(deal, 'nextStepOn'))].filter((part) => part !== '').join(', ') || '–',
  ])
  return table(['Deal', 'Stage', 'In it for', 'Value', 'Risk', 'Deals like it won', 'Next step'], rows, [2, 3, 5])
}

function riskItems(deal: unknown): string[] {
  return listAt(deal, 'risks').map((risk) => `**${textAt(risk, 'label')}:** ${withDays(textAt(risk, 'detail'))}`)
}

function commitmentItem(one: unknown): string {
  const side = at(one, 'side') === 'us' ? 'We' : at(one, 'side') === 'them' ? 'They' : 'Somebody'
  const due = dayText(at(one, 'dueOn'))
  const when = due === '' ? '' : `, due ${due}${at(one, 'isLate') === true ? ', late' : ''}`
  return `${side}: ${textAt(one, 'text')} (said ${dayText(at(one, 'saidOn'))}${when})`
}

function touchItem(touch: unknown): string {
  const who = textAt(touch, 'contactName')
  const subject = textAt(touch, 'subject') || textAt(touch, 'kind')
  const notes = textAt(touch, 'notes')
  return `${dayText(at(touch, 'onDay'))}, ${subject}${who === '' ? '' : ` with ${who}`}${notes === '' ? '' : `: ${notes}`}`
}

function numberItems(numbers: unknown): string[] {
  const arr = moneyAt(numbers, 'arr')
  const renewal = dayText(at(numbers, 'renewalOn'))
  const change = numberAt(numbers, 'usageChange')
  const tickets = numberAt(numbers, 'openTicketCount') ?? 0
  const overdue = moneyAt(numbers, 'overdue')
  return [
    ...(arr === null ? [] : [`Pays ${arr} a year`]),
    ...(renewal === '' ? [] : [`Renews ${renewal} (in ${daysText(numberAt(numbers, 'renewalInDays'))})`]),
    ...(change === null
      ? []
      : [`Active users ${change < 0 ? 'down' : 'up'} ${percentCell(Math.abs(change))} against the 30 days before`]),
    ...(tickets === 0 ? [] : [countOf(tickets, 'open ticket')]),
    ...(overdue === null
      ? []
      : [`${overdue} overdue, the oldest for ${daysText(numberAt(numbers, 'oldestOverdueDays'))}`]),
  ]
}
