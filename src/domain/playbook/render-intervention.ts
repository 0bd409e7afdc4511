import { withDays } from '../figure-text.ts'
import { at, listAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, dayText } from './markdown.ts'

const URGENCY_WORDS: Readonly<Record<string, string>> = {
  immediate: 'at once',
  this_week: 'this week',
  this_month: 'this month',
}

/** The figures of `plan-intervention` as Markdown. */
export function renderIntervention(figures: unknown): string {
  if (at(figures, 'trigger') == null) return ''
  return blocks([
    bullets([...urgencyLines(figures), ...whoLines(figures)]),
    textAt(figures, 'method', 'approach'),
    stepList(figures),
    measureLine(figures),
    alsoSeen(figures),
  ])
}

function urgencyLines(figures: unknown): string[] {
  const urgency = at(figures, 'urgency', 'urgency')
  const word = typeof urgency === 'string' && Object.hasOwn(URGENCY_WORDS, urgency) ? URGENCY_WORDS[urgency] : undefined
  const points = numberAt(figures, 'urgency', 'points')
  if (word === undefined || points === null) return []
  const parts = listAt(figures, 'urgency', 'parts').map(
    (part) =>
      `${textAt(part, 'label').toLowerCase()} ${numberAt(part, 'points') ?? '–'} of ${numberAt(part, 'most') ?? '–'}`,
  )
  return [`**Urgency:** ${word}, ${points} of 100 points (${parts.join('; ')})`]
}

function whoLines(figures: unknown): string[] {
  const ours = textAt(figures, 'who', 'ours')
  const theirs = textAt(figures, 'who', 'theirs', 'contact', 'label')
  const last = dayText(at(figures, 'who', 'theirs', 'lastContactedOn'))
  const facts = [textAt(figures, 'who', 'theirs', 'reason'), last === '' ? '' : `last contacted ${last}`]
  return [
    ...(ours === '' ? [] : [`**For us:** ${ours}`]),
    ...(theirs === '' ? [] : [`**Talk to:** ${theirs} (${facts.filter((fact) => fact !== '').join('; ')})`]),
  ]
}

function stepList(figures: unknown): string {
  const steps = listAt(figures, 'steps').map(
    (step, index) => `${index + 1}. ${textAt(step, 'text')} (by ${dayText(at(step, 'byDay'))})`,
  )
  return steps.length === 0 ? '' : `**Steps: ${textAt(figures, 'method', 'title')}**\n\n${steps.join('\n')}`
}

function measureLine(figures: unknown): string {
  const label = textAt(figures, 'measure', 'label')
  if (label === '') return ''
  const today = numberAt(figures, 'measure', 'today')
  const noise = numberAt(figures, 'measure', 'noise')
  const now = today === null ? 'not known today' : `${today} ${textAt(figures, 'measure', 'unit')} today`
  const size = noise === null || noise === 0 ? '' : ` Changes below ${noise} are its usual ups and downs.`
  return `**It worked if:** ${label}, ${now}, is ${textAt(figures, 'measure', 'target')} on ${dayText(at(figures, 'measure', 'checkOn'))}.${size}`
}

function alsoSeen(figures: unknown): string {
  const others = listAt(figures, 'alsoSeen').map((trigger) => withDays(textAt(trigger, 'text')))
  return others.length === 0 ? '' : `**Also seen**\n\n${bullets(others)}`
}
