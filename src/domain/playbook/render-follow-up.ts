import { at, listAt, textAt } from './json-reader.ts'
import { blocks, table } from './markdown.ts'

const DRAFT_ID = /^[0-9a-f-]{36}$/

/** The figures of `draft-follow-up` as Markdown: the e-mail, the changes, and where to decide on them. */
export function renderFollowUp(figures: unknown): string {
  return blocks([mailText(figures), changesTable(figures), links(figures)])
}

function mailText(figures: unknown): string {
  const to = listAt(figures, 'email', 'to').map((one) => textAt(one, 'name') || textAt(one, 'email'))
  const body = at(figures, 'email', 'body')
  const lines = typeof body === 'string' ? body.split('\n') : []
  const said = lines.map((line) => textAt({ line }, 'line').replace(/^-/, String.raw`\-`))
  // Two spaces at its end keep a line from running into the next one.
  const quoted = said.map((line, index) => (line !== '' && said[index + 1] ? `> ${line}  ` : `> ${line}`.trimEnd()))
  return blocks([
    `**To:** ${to.length === 0 ? 'nobody yet' : to.join(', ')}  \n**Subject:** ${textAt(figures, 'email', 'subject')}`,
    quoted.join('\n'),
  ])
}

function changesTable(figures: unknown): string {
  const rows = listAt(figures, 'update', 'changes').map((one) => [
    textAt(one, 'label'),
    textAt(one, 'from') || 'empty',
    textAt(one, 'to') || 'empty',
  ])
  return table(['On the record', 'Now', 'Would be'], rows)
}

/** Only ids of ours become addresses. */
function links(figures: unknown): string {
  const mail = idAt(figures, 'email')
  const update = idAt(figures, 'update')
  const found = [
    ...(mail === '' ? [] : [`[the e-mail](/drafts/${mail})`]),
    ...(update === '' ? [] : [`[the record update](/drafts/${update})`]),
  ]
  return found.length === 0 ? '' : `Edit, approve or discard: ${found.join(' and ')}.`
}

function idAt(figures: unknown, part: string): string {
  const id = at(figures, part, 'draftId')
  return typeof id === 'string' && DRAFT_ID.test(id) ? id : ''
}
