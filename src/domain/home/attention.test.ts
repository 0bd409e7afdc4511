import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rankAttention, type AttentionCandidate } from './attention.ts'

function candidate(
  id: string,
  change: { kind?: string; units?: number; urgency?: number; daysPast?: number; record?: string },
): AttentionCandidate {
  return {
    id,
    kind: change.kind ?? id,
    title: id,
    why: '',
    stake: {
      amount: change.units === undefined ? null : { amountMicros: change.units * 1_000_000, currency: 'USD' },
      label: '',
      isEstimated: false,
    },
    owner: null,
    record: { kind: 'deal', id: change.record ?? id, label: id },
    evidence: [],
    ask: { persona: 'marcus', text: '' },
    urgency: change.urgency ?? 0.5,
    daysPast: change.daysPast ?? null,
  }
}

function ids(candidates: readonly AttentionCandidate[]): string[] {
  return rankAttention(candidates).map((item) => item.id)
}

test('money times urgency decides', () => {
  assert.deepEqual(
    ids([
      candidate('small', { units: 1 }),
      candidate('large', { units: 100 }),
      candidate('soon', { units: 100, urgency: 0.9 }),
    ]),
    ['soon', 'large', 'small'],
  )
})

test('three kinds come before two of one kind', () => {
  const all = [
    candidate('a1', { kind: 'a', units: 100 }),
    candidate('a2', { kind: 'a', units: 90 }),
    candidate('b', { units: 5 }),
    candidate('c', { units: 1 }),
  ]
  assert.deepEqual(ids(all), ['a1', 'b', 'c'])
})

test('one record is shown once even when it matters twice', () => {
  const all = [
    candidate('a', { units: 100, record: 'deal-1' }),
    candidate('b', { units: 99, record: 'deal-1' }),
    candidate('c', { units: 1 }),
  ]
  assert.deepEqual(ids(all), ['a', 'c'])
})

test('what fell due more than 180 days ago is never urgent', () => {
  assert.deepEqual(
    ids([candidate('old', { units: 100, daysPast: 181 }), candidate('new', { units: 1, daysPast: 180 })]),
    ['new'],
  )
})

test('the order given changes nothing', () => {
  const all = [
    candidate('x', { units: 3 }),
    candidate('y', { units: 3 }),
    candidate('z', {}),
    candidate('w', { urgency: 0.1 }),
  ]
  assert.deepEqual(ids(all), ids(all.toReversed()))
})
