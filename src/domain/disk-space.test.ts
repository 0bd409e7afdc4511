import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isShort } from './disk-space.ts'

test('a disk is short below 5 % and has room again from 8 % on; between the two nothing changes', () => {
  const seen: boolean[] = []
  let state = false
  for (const freeBytes of [60, 51, 50, 49, 60, 79, 80, 60, 49]) {
    state = isShort(state, { freeBytes, totalBytes: 1000 })
    seen.push(state)
  }
  assert.deepEqual(seen, [false, false, false, true, true, true, false, false, true])
})

test('a disk of no size has no room', () => {
  assert.equal(isShort(false, { freeBytes: 0, totalBytes: 0 }), true)
})
