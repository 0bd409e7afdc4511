import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneAtATime } from './one-at-a-time.ts'

test('whoever asks while work is under way gets one more that all of them share, also when the one before fails', async () => {
  const begun: PromiseWithResolvers<void>[] = []
  const want = oneAtATime(() => {
    const work = Promise.withResolvers<void>()
    begun.push(work)
    return work.promise
  })
  const first = want()
  const others = Promise.all(Array.from({ length: 20 }, want))
  assert.equal(begun.length, 1)
  begun[0]?.reject(new Error('it failed'))
  await assert.rejects(first, /it failed/)
  await new Promise(setImmediate)
  assert.equal(begun.length, 2)
  begun[1]?.resolve()
  await others
  assert.equal(begun.length, 2)
  const later = want()
  assert.equal(begun.length, 3)
  begun[2]?.resolve()
  await later
})
