import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutbox, type Pending } from './outbox.ts'

function memory(start: string | null = null) {
  let value = start
  return { getItem: () => value, setItem: (_key: string, next: string) => void (value = next) }
}

const NOW = 1_800_000_000_000
const CONVERSATION = '01938f00-0000-7000-8000-000000000002'
const PENDING: Pending = {
  id: '01938f00-0000-7000-8000-000000000001',
  conversationId: CONVERSATION,
  text: 'How?',
  createdAt: NOW,
  context: { about: { kind: 'deal', id: 'd1' } },
}

test('a question outlives the page until it is removed', () => {
  const store = memory()
  createOutbox(store, () => NOW).put(PENDING)
  const reloaded = createOutbox(store, () => NOW + 1000)
  assert.deepEqual(reloaded.list(CONVERSATION), [PENDING])
  reloaded.remove(PENDING.id)
  assert.deepEqual(createOutbox(store, () => NOW).list(CONVERSATION), [])
})

test('putting the same question twice keeps one', () => {
  const outbox = createOutbox(memory(), () => NOW)
  outbox.put(PENDING)
  outbox.put(PENDING)
  assert.equal(outbox.list(CONVERSATION).length, 1)
})

test('questions of another conversation or of last month are not given', () => {
  const store = memory()
  createOutbox(store, () => NOW).put(PENDING)
  assert.deepEqual(createOutbox(store, () => NOW).list('01938f00-0000-7000-8000-000000000009'), [])
  assert.deepEqual(createOutbox(store, () => NOW + 30 * 86_400_000).list(CONVERSATION), [])
})

test('a full, closed or foreign storage never stops the sending', () => {
  const full = { getItem: () => '{"not":"ours"}', setItem: () => assert.fail('full') }
  const outbox = createOutbox(full, () => NOW)
  outbox.put(PENDING)
  assert.equal(outbox.list(CONVERSATION).length, 1)
  assert.deepEqual(createOutbox(null, () => NOW).list(CONVERSATION), [])
})

test('two windows do not lose each other’s questions', () => {
  const store = memory()
  const [one, other] = [createOutbox(store, () => NOW), createOutbox(store, () => NOW)]
  const second = { ...PENDING, id: '01938f00-0000-7000-8000-000000000007' }
  one.put(PENDING)
  other.put(second)
  one.remove(PENDING.id)
  assert.deepEqual(createOutbox(store, () => NOW).list(CONVERSATION), [second])
})
