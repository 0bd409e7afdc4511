import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { MUTATIONS } from './mutations.ts'

test('every fault that runs plant fits the source as it is, and no two have one name', () => {
  for (const { name, edits } of MUTATIONS) {
    for (const { file, from, to } of edits) {
      assert.equal(readFileSync(file, 'utf8').split(from).length, 2, `${name}: ${file} has not exactly once:\n${from}`)
      assert.notEqual(from, to)
    }
  }
  assert.equal(new Set(MUTATIONS.map(({ name }) => name)).size, MUTATIONS.length)
  assert.ok(MUTATIONS.length >= 15)
})
