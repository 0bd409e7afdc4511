import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createAnswerReader } from './follow-answer.ts'

const turnId = createId()
const word = (attempt: number, n: number): PlacedTurnEvent => {
  return { turnId, attempt, n, event: { type: 'text-delta', text: 'word' } }
}
const restart = (attempt: number): PlacedTurnEvent => {
  return { turnId, attempt, n: 1, event: { type: 'turn-restart', reason: 'its process was lost' } }
}

function seenOf(events: readonly PlacedTurnEvent[]) {
  const reader = createAnswerReader()
  for (const event of events) reader.take(event)
  return { ...reader.seen, after: reader.after() }
}

test('who reads on after a break and through a restart that is told has no fault to find', () => {
  const events = [word(1, 1), word(1, 2), restart(2), word(2, 2), word(2, 3)]
  assert.deepEqual(seenOf(events), { gaps: 0, repeats: 0, after: '2.3' })
})

test('an event that is left out, one that is told twice and a restart without a word are each counted once', () => {
  assert.deepEqual(seenOf([word(1, 1), word(1, 3), word(1, 4)]), { gaps: 1, repeats: 0, after: '1.4' })
  assert.deepEqual(seenOf([word(1, 1), word(1, 2), word(1, 2), word(1, 3)]), { gaps: 0, repeats: 1, after: '1.3' })
  assert.deepEqual(seenOf([word(1, 1), word(2, 1), word(2, 2)]), { gaps: 1, repeats: 0, after: '2.2' })
  assert.deepEqual(seenOf([restart(2), word(1, 1)]), { gaps: 0, repeats: 1, after: '2.1' })
})
