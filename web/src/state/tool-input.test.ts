import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleInput, inputLines, readInput } from './tool-input.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    query: { type: 'string', description: 'What to look for' },
    limit: { type: 'integer', default: 20 },
    stage: { enum: ['open', 'won'] },
    from: { type: ['integer', 'null'], minimum: 3 },
    place: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    note: { type: 'string' },
  },
  required: ['query', 'stage', 'from', 'place'],
}

test('an example has what is asked for and what has a default, and nothing else', () => {
  assert.deepEqual(exampleInput(SCHEMA), { query: '', limit: 20, stage: 'open', from: 3, place: { city: '' } })
  assert.deepEqual(exampleInput({ type: 'object' }), {})
})

test('each property is told with its type and whether it has to be there', () => {
  assert.deepEqual(inputLines(SCHEMA).slice(0, 3), [
    { name: 'query', type: 'string', isRequired: true, says: 'What to look for' },
    { name: 'limit', type: 'integer', isRequired: false, says: '' },
    { name: 'stage', type: 'open, won', isRequired: true, says: '' },
  ])
})

test('what was typed is an object or is told what it lacks', () => {
  assert.deepEqual(readInput('{"a":1}'), { input: { a: 1 } })
  assert.deepEqual(readInput('  '), { input: {} })
  assert.match(JSON.stringify(readInput('{"a":')), /not JSON yet/)
  assert.match(JSON.stringify(readInput('[1]')), /has to be an object/)
})
