import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { checkHistory, type Evidence, type HistoryEntry } from './check-history.ts'

const END = {
  type: 'turn-end',
  status: 'complete',
  messageId: 'a1',
  usage: { input: 0, cachedInput: 0, output: 0 },
  cost: { amountMicros: 0, currency: 'USD' },
  cache: 'miss',
} as const

function placed(n: number, event: PlacedTurnEvent['event']): PlacedTurnEvent {
  return { turnId: 't1', attempt: 1, n, event }
}

const EVENTS = [
  placed(1, { type: 'text-delta', text: 'right ' }),
  placed(2, { type: 'text-delta', text: 'answer' }),
  placed(3, END),
]
const ASKED: HistoryEntry[] = [
  { type: 'posted', messageId: 'm1', conversationId: 'c1', text: 'question m1' },
  { type: 'acked', messageId: 'm1', turnId: 't1', seq: 1 },
]
const READ: HistoryEntry[] = EVENTS.map((event) => ({ type: 'delivered', reader: 'r1', placed: event }))
const ASSEMBLED: HistoryEntry = { type: 'assembled', turnId: 't1', text: 'right answer', status: 'complete' }
const QUESTION = {
  id: 'm1',
  conversationId: 'c1',
  seq: 1,
  role: 'user',
  text: 'question m1',
  turnId: 't1',
  status: null,
} as const
const ANSWER = {
  id: 'a1',
  conversationId: 'c1',
  seq: 2,
  role: 'assistant',
  text: 'right answer',
  turnId: 't1',
  status: 'complete',
} as const
const TURN = { id: 't1', messageId: 'm1', status: 'complete' }

function evidence(change: { history?: HistoryEntry[]; stored?: Partial<Evidence['stored']> } = {}): Evidence {
  return {
    history: change.history ?? [...ASKED, ...READ, ASSEMBLED],
    stored: { messages: [QUESTION, ANSWER], turns: [TURN], events: EVENTS, ...change.stored },
    answerTo: () => 'right answer',
  }
}

test('a good history has no faults, whatever the order of keys in the journal', () => {
  assert.deepEqual(checkHistory(evidence()), [])
  const { type, ...rest } = END
  assert.deepEqual(
    checkHistory(evidence({ stored: { events: [...EVENTS.slice(0, 2), placed(3, { ...rest, type })] } })),
    [],
  )
})

test('a message that was never acknowledged may be stored or not', () => {
  const posted: HistoryEntry = { type: 'posted', messageId: 'm2', conversationId: 'c1', text: 'question m2' }
  assert.deepEqual(checkHistory(evidence({ history: [...ASKED, posted, ...READ, ASSEMBLED] })), [])
})

const FAULTS: [string, RegExp, Parameters<typeof evidence>[0]][] = [
  ['a lost message', /m1 was acknowledged and is lost/, { stored: { messages: [] } }],
  [
    'a message under another turn',
    /acknowledged as another/,
    { stored: { messages: [{ ...QUESTION, turnId: 't2' }, ANSWER] } },
  ],
  [
    'a doubled message',
    /stored 2 times/,
    { stored: { messages: [QUESTION, ANSWER, { ...QUESTION, id: 'm9', seq: 3 }] } },
  ],
  [
    'a message from nowhere',
    /nobody sent it/,
    { stored: { messages: [QUESTION, ANSWER, { ...QUESTION, id: 'm9', text: 'other', seq: 3 }] } },
  ],
  ['a hole in the sequence', /has the sequence 1,3/, { stored: { messages: [QUESTION, { ...ANSWER, seq: 3 }] } }],
  ['a turn that did not end', /t1 is running/, { stored: { turns: [{ ...TURN, status: 'running' }] } }],
  ['two answers', /2 answers/, { stored: { messages: [QUESTION, ANSWER, { ...ANSWER, id: 'a2', seq: 3 }] } }],
  ['a wrong answer', /wrong answer/, { stored: { messages: [QUESTION, { ...ANSWER, text: 'wrong' }] } }],
  [
    'a lost journal row',
    /not dense: 1,3/,
    { stored: { events: [EVENTS[0], EVENTS[2]].filter((event) => event !== undefined) } },
  ],
  ['a journal without an end', /does not end with turn-end/, { stored: { events: EVENTS.slice(0, 2) } }],
  [
    'an event delivered and not kept',
    /t1 1.3 was delivered and is not in the journal/,
    { stored: { events: EVENTS.slice(0, 2) } },
  ],
  ['an event delivered twice', /as a repeat/, { history: [...ASKED, ...READ, ...READ.slice(2), ASSEMBLED] }],
  ['a gap in what was delivered', /as a gap/, { history: [...ASKED, ...READ.slice(1), ASSEMBLED] }],
  [
    'a client with other bytes',
    /not what is stored/,
    { history: [...ASKED, ...READ, { ...ASSEMBLED, text: 'right  answer' } as HistoryEntry] },
  ],
  ['a client that never saw the end', /no client saw the end/, { history: [...ASKED, ...READ] }],
]

for (const [name, pattern, change] of FAULTS) {
  test(`it notices ${name}`, () => {
    const faults = checkHistory(evidence(change))
    assert.ok(
      faults.some((fault) => pattern.test(fault)),
      faults.join('\n'),
    )
  })
}
