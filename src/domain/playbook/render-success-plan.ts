import { at, listAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, dayText, table } from './markdown.ts'

/** The figures of `plan-success` as Markdown. */
export function renderSuccessPlan(figures: unknown): string {
  return blocks([goalTable(figures), phaseTable(figures), bullets([...checkIns(figures), ...people(figures)])])
}

function goalTable(figures: unknown): string {
  const rows = listAt(figures, 'goals').map((goal) => [
    textAt(goal, 'text'),
    textAt(goal, 'measure', 'label') || 'none on record',
    textAt(goal, 'measure', 'today') || 'unknown',
    textAt(goal, 'target', 'text') || '–',
    textAt(goal, 'target', 'basisText') || '–',
  ])
  return table(['Goal', 'Measure', 'Today', 'Target', 'Why it can be reached'], rows)
}

function phaseTable(figures: unknown): string {
  const rows = listAt(figures, 'phases').map((phase) => [
    textAt(phase, 'name'),
    `${dayText(at(phase, 'from'))} to ${dayText(at(phase, 'to'))}`,
    textAt(phase, 'focus'),
  ])
  return table(['Phase', 'Days', 'Focus'], rows)
}

function checkIns(figures: unknown): string[] {
  const reason = textAt(figures, 'checkIns', 'reason')
  const first = dayText(listAt(figures, 'checkIns', 'days')[0])
  if (reason === '' || numberAt(figures, 'checkIns', 'everyDays') === null) return []
  return [`**Check-ins:** ${reason}${first === '' ? '' : `; the first on ${first}`}`]
}

function people(figures: unknown): string[] {
  const ours = listAt(figures, 'who', 'ours').map((name) => textAt({ name }, 'name'))
  const theirs = listAt(figures, 'who', 'theirs').map((person) => {
    const role = textAt(person, 'role')
    return `${textAt(person, 'contact', 'label')}${role === '' ? '' : ` (${role})`}`
  })
  return [
    ...(ours.length === 0 ? [] : [`**For us:** ${ours.join(', ')}`]),
    ...(theirs.length === 0 ? [] : [`**For them:** ${theirs.join(', ')}`]),
  ]
}
