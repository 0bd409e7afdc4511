import { countOf, formatCount, formatDay } from '#domain/figure-text.ts'
import { MICROS } from '#domain/money.ts'
import type { EvidenceKind } from '#domain/skill.ts'
import type { StoredEvidence } from './evidence-store.ts'

type Fields = StoredEvidence['fields']
/** The words for one fact; null leaves it out. */
type Words = (fields: Fields) => string | null
type FactRule = readonly [label: string, words: Words]

const text =
  (name: string, absent: string | null = null): Words =>
  (fields) => {
    const value = fields[name]
    return value === null || value === undefined || value === '' ? absent : String(value)
  }

/** `high` and `economic buyer` as they would begin a line. */
const named =
  (name: string, absent: string | null = null): Words =>
  (fields) => {
    const words = text(name)(fields)
    return words === null ? absent : words.charAt(0).toUpperCase() + words.slice(1).replaceAll('_', ' ')
  }

const day =
  (name: string, absent: string | null = null): Words =>
  (fields) => {
    const value = fields[name]
    return typeof value === 'string' ? formatDay(value) : absent
  }

const count =
  (name: string, absent: string | null = null): Words =>
  (fields) => {
    const value = fields[name]
    return typeof value === 'number' ? formatCount(value) : absent
  }

/** The whole amount, as the row has it: evidence is what rounded figures are checked against. */
const money =
  (name: string): Words =>
  (fields) => {
    const [value, currency] = [fields[name], fields.currency]
    if (typeof value !== 'number' || typeof currency !== 'string') return 'Not in the data'
    const form = { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' } as const
    return `${new Intl.NumberFormat('en-US', form).format(value / MICROS)}${fields.isEstimated === true ? ' (estimated from the list price)' : ''}`
  }

const partOf =
  (part: string, whole: string): Words =>
  (fields) => {
    const [some, all] = [count(part)(fields), count(whole)(fields)]
    return some === null ? null : all === null ? some : `${some} of ${all}`
  }

const days =
  (name: string): Words =>
  (fields) => {
    const value = fields[name]
    return typeof value === 'number' && value > 0 ? countOf(value, 'day') : null
  }

const nextStep: Words = (fields) => {
  const [step, when] = [text('nextStep')(fields), day('nextStepOn')(fields)]
  return step === null ? 'None recorded' : when === null ? step : `${step}, ${when}`
}

const onlyOpen =
  (words: Words): Words =>
  (fields) =>
    fields.closed === null ? words(fields) : null

/** What a reader learns of each kind of row, in order. What decides and is missing is said; the rest is left out. */
const FACTS: Readonly<Record<EvidenceKind, readonly FactRule[]>> = {
  deal: [
    ['Value', money('value')],
    ['Stage', named('stage')],
    ['Owner', text('owner')],
    ['Expected close', onlyOpen(day('closes', 'Not in the data'))],
    ['Closed', day('closed')],
    ['Created', day('created')],
    ['Next step', onlyOpen(nextStep)],
  ],
  client: [
    ['ARR', money('arr')],
    ['Renewal', day('renewal', 'Not in the data')],
    ['Owner', text('owner')],
    ['CSM', text('csm')],
    ['Segment', named('segment')],
    ['Industry', named('industry')],
    ['Licensed seats', count('seats')],
    ['NPS', count('nps')],
    ['Customer since', day('since')],
  ],
  contact: [
    ['Title', text('title')],
    ['Role', named('role')],
    ['Email', text('email')],
    ['Last contacted', day('contacted', 'Not in the data')],
    ['Left', day('left')],
  ],
  activity: [
    ['What', named('what')],
    ['Day', day('day')],
    ['By', text('by')],
    ['With', text('with')],
    ['Notes', text('notes')],
  ],
  transcript: [
    ['Day', day('day')],
    ['By', text('by')],
    ['Begins', text('begins')],
  ],
  usage: [
    ['Day', day('day')],
    ['Active users', partOf('active', 'seats')],
    ['Sessions', count('sessions')],
    ['Features used', partOf('features', 'available')],
    ['Payments processed', count('payments')],
  ],
  invoice: [
    ['Amount', money('amount')],
    ['Issued', day('issued')],
    ['Due', day('due', 'Not in the data')],
    ['Paid', day('paid', 'Not yet')],
    ['Late by', days('lateDays')],
  ],
  ticket: [
    ['Severity', named('severity')],
    ['Opened', day('opened')],
    ['Resolved', day('resolved', 'Still open')],
    ['Open for', days('openDays')],
    ['Escalated', (fields) => (fields.escalated === true ? 'Yes' : null)],
    ['Satisfaction', count('satisfaction')],
  ],
  rep: [
    ['Is', (fields) => (fields.is === 'csm' ? 'Client success manager' : 'Sales rep')],
    ['Manager', text('manager')],
    ['Region', text('region')],
    ['Email', text('email')],
  ],
  product: [
    ['List price', money('listPrice')],
    ['Series', text('series')],
  ],
  change: [
    ['Field', named('field')],
    ['Before', text('from', 'Nothing')],
    ['After', text('to', 'Nothing')],
    ['Day', day('day')],
  ],
  snapshot: [
    ['Day', day('day')],
    ['Stage', named('stage')],
    ['Value', (fields) => (fields.stage === null ? null : money('value')(fields))],
    ['Expected close', day('closes')],
    ['Next step', text('nextStep')],
    ['Risk', named('risk')],
    ['Health score', count('score')],
    ['Health band', named('band')],
    ['ARR', (fields) => (fields.band === null ? null : money('arr')(fields))],
    ['Empty fields', text('missing')],
  ],
  memory: [
    ['Remembered', text('text')],
    ['Said on', day('day')],
    ['From', text('from')],
    ['Owner', text('owner')],
  ],
}

/** The facts of a row in words. */
export function factsOf(kind: EvidenceKind, row: StoredEvidence): { label: string; value: string }[] {
  return FACTS[kind].flatMap(([label, words]) => {
    const value = words(row.fields)
    return value === null ? [] : [{ label, value }]
  })
}

/** What a row is called when it has no name of its own. */
export function labelOf(kind: EvidenceKind, row: StoredEvidence): string {
  if (row.label) return row.label
  const when = row.onDay === null ? 'of an unknown day' : `of ${formatDay(row.onDay)}`
  const noun = kind === 'activity' ? (named('what')(row.fields) ?? 'Activity') : NOUNS[kind]
  return kind === 'invoice' && row.fields.due !== null ? `${noun} due ${when.slice(3)}` : `${noun} ${when}`
}

const NOUNS: Readonly<Record<EvidenceKind, string>> = {
  deal: 'Deal',
  client: 'Client',
  contact: 'Contact',
  activity: 'Activity',
  usage: 'Usage',
  invoice: 'Invoice',
  ticket: 'Ticket',
  transcript: 'Call',
  rep: 'Rep',
  product: 'Product',
  change: 'Change',
  snapshot: 'Snapshot',
  memory: 'Memory',
}
