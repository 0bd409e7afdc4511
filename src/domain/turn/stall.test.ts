import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_FIRST_TOKEN_MS, NOT_RUNNING_MS, stallOf, type AttemptMarks } from './stall.ts'

const claimed: AttemptMarks = { claimedMs: 1000, startedMs: null, firstTokenMs: null, isWaiting: false }

test('an attempt stalls when no model begins, or begins and says nothing, each after its own time', () => {
  assert.equal(stallOf(claimed, 1000 + NOT_RUNNING_MS - 1), null)
  assert.equal(stallOf(claimed, 1000 + NOT_RUNNING_MS), 'not-running')
  const started = { ...claimed, startedMs: 5000 }
  assert.equal(stallOf(started, 5000 + NO_FIRST_TOKEN_MS - 1), null)
  assert.equal(stallOf(started, 5000 + NO_FIRST_TOKEN_MS), 'no-first-token')
})

test('one that waits for a person, or has spoken, does not stall however long it takes', () => {
  assert.equal(stallOf({ ...claimed, isWaiting: true }, 1e9), null)
  assert.equal(stallOf({ ...claimed, startedMs: 2000, firstTokenMs: 3000 }, 1e9), null)
})
