import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '#contract/conversations.ts'
import { inOrder, liveTurn, notStored, questionOf, type Sent } from './thread.ts'

function message(seq: number, role: 'user' | 'assistant', turnId: string): Message {
  const none = {
    status: null,
    errorCode: null,
    personaVersion: null,
    model: null,
    calls: [],
    sources: [],
    usage: null,
    cost: null,
    feedback: null,
  }
  return { id: `m${seq}`, seq, role, text: `text ${seq}`, turnId, createdAt: '2026-11-22T10:00:00Z', ...none }
}

function sent(id: string, turnId: string | null): Sent {
  return { id, conversationId: 'c', text: 'q', createdAt: 0, state: turnId ? 'accepted' : 'sending', turnId }
}

test('pages newest first become one thread, each message once', () => {
  const pages = [
    { items: [message(3, 'user', 't2'), message(4, 'assistant', 't2')] },
    { items: [message(1, 'user', 't1'), message(3, 'user', 't2')] },
  ]
  assert.deepEqual(
    inOrder(pages).map((one) => one.seq),
    [1, 3, 4],
  )
})

test('a question is shown by itself only until it is stored', () => {
  assert.deepEqual(
    notStored([sent('m1', 't1'), sent('m9', null)], [message(1, 'user', 't1')]).map((one) => one.id),
    ['m9'],
  )
})

test('the turn read is the one sent last, then the one the server names, then none', () => {
  const stored = [message(1, 'user', 't1'), message(2, 'assistant', 't1')]
  assert.equal(liveTurn([sent('m3', 't2')], null, stored), 't2')
  assert.equal(liveTurn([], 't5', stored), 't5')
  assert.equal(liveTurn([sent('m1', 't1')], null, stored), null)
  assert.equal(liveTurn([sent('m1', 't1')], 't1', stored), null, 'the conversation was read before its turn ended')
  assert.equal(liveTurn([sent('m1', 't1')], 't6', stored), 't6', 'asked in another window meanwhile')
})

test('an answer is asked again with its own question', () => {
  const stored = [
    message(1, 'user', 't1'),
    message(2, 'assistant', 't1'),
    message(3, 'user', 't2'),
    message(4, 'assistant', 't2'),
  ]
  assert.equal(questionOf(message(2, 'assistant', 't1'), stored)?.text, 'text 1')
})
