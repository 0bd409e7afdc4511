import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { checkHistory, describeBreach } from './check-history.ts'
import {
  NOTHING_OBSERVED,
  type Evidence,
  type HistoryEntry,
  type Invariant,
  type Observations,
  type StoredState,
} from './history.ts'

const M1 = '11111111-0000-7000-8000-000000000001'
const M2 = '22222222-0000-7000-8000-000000000002'
const END = {
  type: 'turn-end',
  status: 'complete',
  messageId: 'a1',
  usage: { input: 7, cachedInput: 0, output: 3 },
  cost: { amountMicros: 0, currency: 'USD' },
  cache: 'miss',
} as const

function placed(n: number, event: PlacedTurnEvent['event'], attempt = 1): PlacedTurnEvent {
  return { turnId: 't1', attempt, n, event }
}

const EVENTS = [
  placed(1, { type: 'text-delta', text: 'right ' }),
  placed(2, { type: 'text-delta', text: 'answer' }),
  placed(3, END),
]
const POSTED = {
  type: 'posted',
  memberId: 'ada',
  messageId: M1,
  conversationId: 'c1',
  text: `question ${M1}`,
} as const
const ACKED: HistoryEntry = { type: 'acked', messageId: M1, turnId: 't1', seq: 1 }
const ASKED: HistoryEntry[] = [POSTED, ACKED]
const READ: HistoryEntry[] = EVENTS.map((event) => ({ type: 'delivered', reader: 'r1', placed: event }))
const ASSEMBLED = { type: 'assembled', turnId: 't1', text: 'right answer', status: 'complete' } as const
const GOOD: HistoryEntry[] = [...ASKED, ...READ, ASSEMBLED]
const QUESTION = {
  id: M1,
  conversationId: 'c1',
  seq: 1,
  role: 'user',
  text: `question ${M1}`,
  turnId: 't1',
  status: null,
  tokens: null,
  calls: [],
} as const
const ANSWER = {
  id: 'a1',
  conversationId: 'c1',
  seq: 2,
  role: 'assistant',
  text: 'right answer',
  turnId: 't1',
  status: 'complete',
  tokens: 10,
  calls: [],
} as const
const TURN = { id: 't1', messageId: M1, status: 'complete', attempt: 1, errorCode: null }
const STORED: StoredState = {
  messages: [QUESTION, ANSWER],
  turns: [TURN],
  events: EVENTS,
  ledger: [{ turnId: 't1', tokens: 10 }],
  drafts: [],
}

interface Change {
  readonly history?: HistoryEntry[]
  readonly stored?: Partial<StoredState>
  readonly observed?: Partial<Observations>
}

function evidence({ history, stored, observed }: Change = {}): Evidence {
  return {
    history: history ?? GOOD,
    stored: { ...STORED, ...stored },
    observed: { ...NOTHING_OBSERVED, ...observed },
    answerTo: () => 'right answer',
    mayFailWith: (code) => code === 'MODEL_STREAM_BROKEN',
  }
}

test('a good history has no breach, whatever the order of keys in the journal', () => {
  assert.deepEqual(checkHistory(evidence()), [])
  const { type, ...rest } = END
  const events = [...EVENTS.slice(0, 2), placed(3, { ...rest, type })]
  assert.deepEqual(checkHistory(evidence({ stored: { events } })), [])
})

test('a message that was never acknowledged may be stored or not', () => {
  const posted: HistoryEntry = { ...POSTED, messageId: M2, text: `question ${M2}` }
  assert.deepEqual(checkHistory(evidence({ history: [...ASKED, posted, ...READ, ASSEMBLED] })), [])
})

test('a turn may fail as its provider failed, with the beginning of the right answer', () => {
  const events = [placed(1, { type: 'text-delta', text: 'right ' }), placed(2, { ...END, status: 'failed' })]
  const history: HistoryEntry[] = [
    ...ASKED,
    ...events.map((event): HistoryEntry => ({ type: 'delivered', reader: 'r1', placed: event })),
    { ...ASSEMBLED, text: 'right ', status: 'failed' },
  ]
  const messages = [QUESTION, { ...ANSWER, text: 'right ', status: 'failed' }]
  const failed = { ...TURN, status: 'failed', errorCode: 'MODEL_STREAM_BROKEN' }
  assert.deepEqual(checkHistory(evidence({ history, stored: { messages, events, turns: [failed] } })), [])
  const other = { ...failed, errorCode: 'INTERNAL' }
  const breaches = checkHistory(evidence({ history, stored: { messages, events, turns: [other] } }))
  assert.deepEqual(breaches.map(describeBreach), ['I4: turn t1 is failed with INTERNAL'])
})

test('a client that took nothing and was cut off, by whichever code, is as it should be', () => {
  const cutOff = [1006, 1013].map((code): HistoryEntry => ({ type: 'read-nothing', ms: 9000, code }))
  assert.deepEqual(checkHistory(evidence({ history: [...GOOD, ...cutOff] })), [])
})

test('an answer at a later attempt may have cost more than it says, and a process a few more handles', () => {
  const turns = [{ ...TURN, attempt: 2 }]
  assert.deepEqual(checkHistory(evidence({ stored: { turns, ledger: [{ turnId: 't1', tokens: 25 }] } })), [])
  const handles = [{ name: 'replica-1', before: 60, after: 70 }]
  assert.deepEqual(checkHistory(evidence({ observed: { handles } })), [])
})

const CHANGED = { type: 'note-changed', reader: 0, note: 1, version: 2, doneMs: 10 } as const
const NONCE = `nonce ${M1.replace('7000', '7001')}`
const COPY = { ...QUESTION, id: 'm9', seq: 3 }
const BREACHES: readonly (readonly [Invariant, string, RegExp, Change])[] = [
  ['I1', 'a lost message', /1111-.* was acknowledged and is lost|^message .* lost/, { stored: { messages: [] } }],
  [
    'I1',
    'a message under another turn',
    /acknowledged as another/,
    { stored: { messages: [{ ...QUESTION, turnId: 't2' }, ANSWER] } },
  ],
  ['I1', 'a doubled message', /stored 2 times/, { stored: { messages: [QUESTION, ANSWER, COPY] } }],
  [
    'I2',
    'a doubled message that was never acknowledged',
    /stored 2 times/,
    { history: [POSTED], stored: { messages: [QUESTION, ANSWER, COPY] } },
  ],
  [
    'I2',
    'a message from nowhere',
    /nobody sent it/,
    { stored: { messages: [QUESTION, ANSWER, { ...COPY, text: 'other' }] } },
  ],
  ['I3', 'a hole in the sequence', /has the sequence 1,3/, { stored: { messages: [QUESTION, { ...ANSWER, seq: 3 }] } }],
  ['I4', 'a turn that did not end', /t1 is running/, { stored: { turns: [{ ...TURN, status: 'running' }] } }],
  ['I4', 'two answers', /2 answers/, { stored: { messages: [QUESTION, ANSWER, { ...ANSWER, id: 'a2', seq: 3 }] } }],
  ['I4', 'a wrong answer', /wrong answer/, { stored: { messages: [QUESTION, { ...ANSWER, text: 'wrong' }] } }],
  [
    'I10',
    'a lost journal row',
    /not dense: 1,3/,
    { stored: { events: [EVENTS[0], EVENTS[2]].filter((event) => event !== undefined) } },
  ],
  ['I10', 'a journal without an end', /does not end with turn-end/, { stored: { events: EVENTS.slice(0, 2) } }],
  ['I10', 'a journal that ends twice', /more than once/, { stored: { events: [...EVENTS, placed(4, END)] } }],
  [
    'I10',
    'a journal that says something else',
    /something else/,
    { stored: { messages: [QUESTION, { ...ANSWER, text: 'right  answer' }] } },
  ],
  [
    'I10',
    'events of an attempt that never was',
    /attempt 2 that never was/,
    { stored: { events: [...EVENTS, placed(1, { type: 'turn-restart', reason: 'x' }, 2)] } },
  ],
  [
    'I10',
    'a takeover without a word',
    /begins without a word/,
    {
      stored: {
        turns: [{ ...TURN, attempt: 2 }],
        events: [...EVENTS, ...EVENTS.map((event) => ({ ...event, attempt: 2 }))],
      },
    },
  ],
  [
    'I5',
    'an event delivered and not kept',
    /t1 1.3 was delivered and is not in the journal/,
    { stored: { events: EVENTS.slice(0, 2) } },
  ],
  ['I5', 'an event delivered twice', /as a repeat/, { history: [...ASKED, ...READ, ...READ.slice(2), ASSEMBLED] }],
  ['I5', 'a gap in what was delivered', /as a gap/, { history: [...ASKED, ...READ.slice(1), ASSEMBLED] }],
  [
    'I5',
    'an event delivered otherwise than it is kept',
    /another content/,
    {
      history: [
        ...ASKED,
        { type: 'delivered', reader: 'r1', placed: placed(1, { type: 'text-delta', text: 'left ' }) },
        ...READ.slice(1),
        ASSEMBLED,
      ],
    },
  ],
  [
    'I5',
    'a client with other bytes',
    /not what is stored/,
    { history: [...ASKED, ...READ, { ...ASSEMBLED, text: 'right  answer' }] },
  ],
  ['I5', 'a client that never saw the end', /no client saw the end/, { history: [...ASKED, ...READ] }],
  [
    'I5',
    'a client that could not go on',
    /could not follow turn t1: HTTP 404/,
    { history: [...GOOD, { type: 'gave-up', turnId: 't1', reason: 'HTTP 404' }] },
  ],
  [
    'I5',
    'a value of the cache that a change had ended',
    /reader 0 of the cache was answered 1 times with what it had itself changed/,
    { history: [...GOOD, CHANGED, { type: 'note-read', reader: 0, note: 1, version: 1, begunMs: 11 }] },
  ],
  [
    'I6',
    'a text that reached another member',
    /member bob heard of message 1111.* of member ada/,
    { history: [...GOOD, { type: 'heard', memberId: 'bob', text: `answer to ${M1}` }] },
  ],
  [
    'I6',
    'an answer that was kept for another',
    /member bob got the answer "nonce 1111/,
    { history: [...GOOD, ...['ada', 'bob'].map((memberId) => ({ type: 'heard', memberId, text: NONCE }) as const)] },
  ],
  [
    'I6',
    'a text in a log',
    /in the log of replica-1/,
    { observed: { logs: [{ name: 'replica-1', text: `{"text":"question ${M1}"}` }] } },
  ],
  [
    'I7',
    'a side effect that happened twice',
    /side effect t1.0 happened 2/,
    { observed: { effects: [{ key: 't1.0', order: M1, calls: 2, count: 2 }] } },
  ],
  ['I8', 'an answer that is not in the ledger', /10 tokens and the ledger has 0/, { stored: { ledger: [] } }],
  [
    'I8',
    'an answer that was counted twice',
    /10 tokens and the ledger has 20/,
    { stored: { ledger: [{ turnId: 't1', tokens: 20 }] } },
  ],
  [
    'I8',
    'money spent on nothing',
    /a turn t7 that never was/,
    { stored: { ledger: [...STORED.ledger, { turnId: 't7', tokens: 1 }] } },
  ],
  ['I9', 'a job done twice', /job mail happened 2/, { observed: { jobs: [{ key: 'mail', count: 2 }] } }],
  [
    'I11',
    'handles left open',
    /had 60 handles and has 400/,
    { observed: { handles: [{ name: 'r', before: 60, after: 400 }] } },
  ],
  [
    'I11',
    'a client that took nothing and was never cut off',
    /read nothing for 60 s was not cut off/,
    { history: [...GOOD, { type: 'read-nothing', ms: 60_010, code: null }] },
  ],
  [
    'I12',
    'a storm of takeovers',
    /1 turns were taken over although nobody had died/,
    { observed: { outages: [{ goneMs: 0, backMs: 5000 }], takeovers: [{ turnId: 't1', atMs: 5100 }] } },
  ],
  ['I12', 'a part that never came back', /was never as before/, { observed: { recovery: [{ name: 'r', ms: null }] } }],
  ['I12', 'a part that came back late', /only after 130 s/, { observed: { recovery: [{ name: 'r', ms: 130_000 }] } }],
]

for (const [invariant, name, pattern, change] of BREACHES) {
  test(`it notices ${name}`, () => {
    const breaches = checkHistory(evidence(change))
    assert.ok(
      breaches.some((breach) => breach.invariant === invariant && pattern.test(breach.what)),
      breaches.map(describeBreach).join('\n'),
    )
  })
}

test('every invariant has an example here that breaks it', () => {
  const shown = new Set(BREACHES.map(([invariant]) => invariant))
  assert.deepEqual([...shown].toSorted(), ['I1', 'I10', 'I11', 'I12', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9'])
})
