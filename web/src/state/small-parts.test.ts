import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiProblem, problemOf } from '../api/api-problem.ts'
import { addressOf } from '../api/client.ts'
import { createConnectionStore } from './connection.ts'
import { costWords } from './cost-words.ts'
import { OPERATION_PLACES, permitted } from './navigation.ts'
import { matchEntries } from './palette-match.ts'
import { tokenOf } from './sign-in-token.ts'
import { readDiff } from './unified-diff.ts'
import { groupUsage } from './usage-rows.ts'

test('an address leaves out what is empty', () => {
  assert.equal(
    addressOf('/api/deals', { search: '', limit: 50, cursor: undefined, q: 'a b' }),
    '/api/deals?limit=50&q=a+b',
  )
})

test("a proxy's page still gives a plain sentence and the correlation id", async () => {
  const problem = await problemOf(
    new Response('<html>', { status: 502, headers: { 'x-correlation-id': 'abc', 'retry-after': '3' } }),
  )
  assert.ok(problem instanceof ApiProblem && problem.isTransient)
  assert.deepEqual([problem.code, problem.correlationId, problem.retryAfterMs], ['HTTP_502', 'abc', 3000])
})

test('the line is resuming while any stream is, and offline above all', () => {
  const store = createConnectionStore(true)
  const seen: string[] = []
  store.subscribe(() => seen.push(store.read()))
  store.setResuming('t1', true)
  store.setResuming('t2', true)
  store.setResuming('t1', false)
  store.setNetwork(false)
  store.setNetwork(true)
  store.setResuming('t2', false)
  store.setReached(true)
  assert.deepEqual(seen, ['resuming', 'offline', 'resuming', 'online'])
})

test('the palette finds every typed word, best beginnings first', () => {
  const entries = ['Conversations', 'Clients', 'Import'].map((label) => ({
    id: label,
    label,
    hint: '',
    words: label === 'Import' ? 'csv clients' : '',
  }))
  assert.deepEqual(
    matchEntries(entries, 'cli').map((entry) => entry.label),
    ['Clients', 'Import'],
  )
  assert.deepEqual(
    matchEntries(entries, 'csv imp').map((entry) => entry.label),
    ['Import'],
  )
  assert.deepEqual(matchEntries(entries, 'xyz'), [])
})

test('places that are not permitted are left out', () => {
  assert.deepEqual(
    permitted(OPERATION_PLACES, ['persona:read']).map((place) => place.href),
    ['/personas'],
  )
})

test('a diff is read line by line', () => {
  assert.deepEqual(
    readDiff('--- a\n+++ b\n@@ -1 +1 @@\n same\n-old\n+new\n').map((line) => line.kind),
    ['place', 'same', 'removed', 'added'],
  )
})

test('usage without a price is counted apart from what costs nothing', () => {
  const row = {
    day: '2026-01-01',
    memberName: 'A',
    persona: 'marcus',
    provider: 'x',
    inputTokens: 1,
    cachedInputTokens: 0,
    outputTokens: 1,
  }
  const groups = groupUsage(
    [
      { ...row, model: 'm1', answers: 2, cost: { amountMicros: 5, currency: 'USD' } },
      { ...row, model: 'm2', answers: 3, cost: null },
    ],
    (one) => one.memberName ?? '',
  )
  assert.deepEqual(
    groups.map(({ answers, costMicros, unpriced }) => [answers, costMicros, unpriced]),
    [[5, 5, 3]],
  )
  assert.equal(costWords({ amountMicros: null, currency: 'USD' }), 'no price known for this model')
  assert.equal(costWords({ amountMicros: 0, currency: 'USD' }), 'no cost')
})

test('the token is taken from behind the # only', () => {
  assert.equal(tokenOf('#token=abcdefghijklmnopqrstuvwxyz'), 'abcdefghijklmnopqrstuvwxyz')
  assert.equal(tokenOf('#token=short'), null)
})
