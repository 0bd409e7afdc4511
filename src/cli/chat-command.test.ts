import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TurnEvent } from '#contract/turn-events.ts'
import { createJsonPrinter, createTextPrinter } from './chat-printer.ts'

const EVENTS: TurnEvent[] = [
  { type: 'turn-start', persona: 'marcus', personaVersion: 'v', model: 'playbook' },
  { type: 'tool-call', callId: 'a', tool: 'review-pipeline', input: {} },
  { type: 'tool-result', callId: 'a', ok: true, summary: '12 open deals.' },
  ...Array.from(
    { length: 10 },
    (_, index) => ({ type: 'source', kind: 'deal', id: String(index), label: `Deal ${index}` }) as const,
  ),
  { type: 'text-delta', text: 'Twelve \u001B[2Jdeals' },
  { type: 'text-delta', text: ' are open.' },
  {
    type: 'turn-end',
    status: 'complete',
    messageId: '01a204e6-afdd-7b8d-8f37-1e1d4c082aef',
    usage: { input: 100, cachedInput: 0, output: 20 },
    cost: { amountMicros: 4200, currency: 'USD' },
    cache: 'miss',
  },
]

function printAll(isJson: boolean): string {
  let text = ''
  const output = { write: (part: string) => (text += part) }
  const printer = isJson ? createJsonPrinter(output) : createTextPrinter(output)
  EVENTS.forEach((event, index) => printer.print({ turnId: 't', attempt: 1, n: index + 1, event }))
  return text
}

test('people read the text with tools, sources and cost around it, and nothing in it steers the terminal', () => {
  assert.equal(
    printAll(false),
    [
      '· review-pipeline ...',
      '· 12 open deals.',
      'Twelve [2Jdeals are open.',
      'Sources: Deal 0 · Deal 1 · Deal 2 · Deal 3 · Deal 4 · Deal 5 · Deal 6 · Deal 7 and 2 more',
      '120 tokens · $0.0042',
      '',
    ].join('\n'),
  )
})

test('with --json every event is one line that parses', () => {
  const lines = printAll(true).trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).event.type),
    EVENTS.map((event) => event.type),
  )
})
