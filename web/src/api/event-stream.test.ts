import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStreamParser } from './event-stream.ts'

const STREAM =
  ': open\n\nid: 1.1\nevent: text-delta\ndata: {"a":\ndata: 1}\n\nid: 1.2\r\ndata: two\r\n\r\ndata: unfinished\n'

test('messages come out whole, whatever the size of the pieces they came in', () => {
  const whole = createStreamParser()(STREAM)
  assert.deepEqual(whole, [
    { id: '1.1', event: 'text-delta', data: '{"a":\n1}' },
    { id: '1.2', event: 'message', data: 'two' },
  ])
  for (const size of [1, 2, 3, 7]) {
    const parse = createStreamParser()
    const pieces = STREAM.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
    assert.deepEqual(pieces.flatMap(parse), whole, `pieces of ${size}`)
  }
})

test('a comment alone is no message', () => {
  assert.deepEqual(createStreamParser()(': still here\n\n'), [])
})
