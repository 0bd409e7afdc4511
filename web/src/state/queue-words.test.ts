import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queueWords } from './queue-words.ts'

test('whoever waits reads how many come before, and nothing that is not known', () => {
  assert.equal(queueWords('Marcus', undefined), 'Marcus has your question')
  assert.equal(queueWords('Marcus', null), 'Marcus has your question and finishes your earlier one first')
  assert.equal(queueWords('Marcus', 1), 'Marcus has your question; it is next')
  assert.equal(queueWords('Marcus', 2), 'Marcus has your question; 1 is answered before it')
  assert.equal(queueWords('Sarah', 8), 'Sarah has your question; 7 are answered before it')
})
