import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCache } from './check-cache.ts'
import { NOTHING_OBSERVED, type HistoryEntry } from './history.ts'

function breachesOf(history: HistoryEntry[]): string {
  const breaches = checkCache({
    history,
    stored: { messages: [], turns: [], events: [], ledger: [], drafts: [] },
    observed: NOTHING_OBSERVED,
    answerTo: () => null,
    mayFailWith: () => false,
  })
  return breaches.map(({ what }) => what).join('\n')
}

const changed = (reader: number, version: number, doneMs: number): HistoryEntry => ({
  type: 'note-changed',
  reader,
  note: 3,
  version,
  doneMs,
})
const read = (reader: number, version: number, begunMs: number): HistoryEntry => ({
  type: 'note-read',
  reader,
  note: 3,
  version,
  begunMs,
})

test('who reads what they changed themselves, later and in whatever order it is told, has the change', () => {
  assert.equal(breachesOf([read(0, 1, 99), changed(0, 1, 100), read(0, 1, 101), read(0, 2, 150)]), '')
  const ofAnother: HistoryEntry = { type: 'note-read', reader: 0, note: 4, version: 0, begunMs: 500 }
  assert.equal(breachesOf([changed(0, 1, 100), read(0, 0, 99), ofAnother]), '')
  const stale = [read(0, 4, 300), changed(0, 4, 200), read(0, 3, 201), changed(0, 2, 100), read(0, 1, 400)]
  assert.match(
    breachesOf(stale),
    /^reader 0 of the cache was answered 2 times with what it had itself changed before, first of note 3 with 3 instead of 4$/,
  )
})

test('another has the change half a minute later at the latest', () => {
  assert.equal(breachesOf([changed(0, 1, 100), read(1, 0, 30_099), read(1, 1, 30_100)]), '')
  assert.match(
    breachesOf([changed(0, 1, 100), read(1, 0, 30_100)]),
    /^reader 1 of the cache was answered 1 times with what was changed more than 30 s before, first of note 3 with 0 instead of 1$/,
  )
})
