import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkEffects } from './check-effects.ts'
import { NOTHING_OBSERVED, type Evidence, type SideEffect, type StoredMessage } from './history.ts'

const ORDER = '11111111-0000-7000-8000-000000000001'
const EFFECT: SideEffect = { key: 't1.0', order: ORDER, calls: 1, count: 1 }
const DONE = { tool: 'orders__place_order', ok: true, summary: 'placed' }

interface Case {
  readonly approvals?: number
  readonly effects?: readonly SideEffect[]
  readonly calls?: StoredMessage['calls']
}

function breachesOf({ approvals = 1, effects = [EFFECT], calls = [DONE] }: Case): string {
  const answer = { id: 'a1', conversationId: 'c1', seq: 2, role: 'assistant', text: '', turnId: 't1' } as const
  const evidence: Evidence = {
    history: Array.from({ length: approvals }, (_, place) => ({
      type: 'decided',
      turnId: 't1',
      callId: `call-${place}`,
      isApproved: true,
    })),
    stored: {
      messages: [{ ...answer, status: 'complete', tokens: null, calls }],
      turns: [{ id: 't1', messageId: ORDER, status: 'complete', attempt: 1, errorCode: null }],
      events: [],
      ledger: [],
      drafts: [],
    },
    observed: { ...NOTHING_OBSERVED, effects },
    answerTo: () => null,
    mayFailWith: () => false,
  }
  return checkEffects(evidence)
    .map(({ what }) => what)
    .join('\n')
}

test('a side effect that was approved, happened once and is told as done, or as unknown, is no breach', () => {
  assert.equal(breachesOf({}), '')
  const unknown = { ...DONE, ok: false, summary: 'It is not known whether this happened.' }
  assert.equal(breachesOf({ calls: [unknown] }), '')
  assert.equal(breachesOf({ approvals: 2, effects: [{ ...EFFECT, calls: 2 }] }), '')
  assert.equal(breachesOf({ approvals: 0, effects: [], calls: [{ ...DONE, ok: false, summary: 'declined' }] }), '')
})

test('a side effect that happened twice, came under a strange key or more often than it was approved is one', () => {
  assert.match(breachesOf({ effects: [{ ...EFFECT, count: 2 }] }), /side effect t1.0 happened 2 times/)
  assert.match(breachesOf({ effects: [{ ...EFFECT, key: 'other' }] }), /came under the key "other"/)
  assert.match(breachesOf({ effects: [{ ...EFFECT, calls: 2 }] }), /was sent 2 times on 1 approvals/)
  assert.match(breachesOf({ approvals: 0 }), /was sent 1 times on 0 approvals/)
})

test('a side effect that is told as not done, or not at all, or that never was, is one', () => {
  const undone = { ...DONE, ok: false, summary: 'nothing was done' }
  assert.match(breachesOf({ calls: [undone] }), /happened, and its answer says: nothing was done/)
  assert.match(breachesOf({ calls: [] }), /happened, and its answer has no word of it/)
  assert.match(breachesOf({ effects: [] }), /says that a call was done, and it never was/)
})
