import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCacheHouse } from '../../../test/support/cache-house.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import type { Embedder } from './embedder.ts'
import { keepVectors } from './keep-vectors.ts'

const { signal } = new AbortController()

/** Vectors that tell their text apart, and the texts of each call. */
function modelOf(id = 'openai/small') {
  const calls: (readonly string[])[] = []
  const embedder: Embedder = {
    id,
    async embed(texts) {
      calls.push(texts)
      return texts.map((text) => Float32Array.of(text.length / 3, -1 / 7, Math.fround(text.codePointAt(0) ?? 0)))
    },
  }
  return { embedder, calls }
}

test('only texts that were not seen go to the model, together, and all come back in order, exact to the bit', async () => {
  const { embedder, calls } = modelOf()
  const kept = keepVectors(embedder, openCacheHouse().cache)
  await kept.embed(['one', 'three'], signal)
  const wanted = await embedder.embed(['two', 'three', 'one', 'four'], signal)
  calls.length = 0
  assert.deepEqual(await kept.embed(['two', 'three', 'one', 'four'], signal), wanted)
  assert.deepEqual(calls, [['two', 'four']])
  assert.deepEqual(await kept.embed([], signal), [])
})

test('the same text twice in one call, or in two at once, is asked for once', async () => {
  const { embedder, calls } = modelOf()
  const kept = keepVectors(embedder, openCacheHouse().cache)
  await Promise.all([kept.embed(['same', 'same'], signal), kept.embed(['same', 'other'], signal)])
  assert.deepEqual(calls.flat().toSorted(), ['other', 'same'])
})

test('another model has vectors of its own', async () => {
  const { cache } = openCacheHouse()
  const small = modelOf()
  await keepVectors(small.embedder, cache).embed(['text'], signal)
  const { cache: another } = openCacheHouse()
  const large = modelOf('openai/large')
  await keepVectors(large.embedder, another).embed(['text'], signal)
  assert.equal(large.calls.length, 1)
})

test('when the model fails all who wait hear of it, and nothing is kept', async () => {
  let isDown = true
  const { embedder } = modelOf()
  const failing: Embedder = {
    ...embedder,
    embed: (texts, stop) => (isDown ? Promise.reject(new Error('the model is down')) : embedder.embed(texts, stop)),
  }
  const kept = keepVectors(failing, openCacheHouse().cache)
  await assert.rejects(kept.embed(['a', 'b'], signal), /the model is down/)
  isDown = false
  assert.equal((await kept.embed(['a', 'b'], signal)).length, 2)
})

test('who leaves waits no longer, and takes nothing from who waits for the same text', async () => {
  const { embedder } = modelOf()
  const answer = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const slow: Embedder = {
    ...embedder,
    async embed(texts, stop) {
      asked.resolve()
      const stopped = new Promise<never>((_resolve, reject) =>
        stop.addEventListener('abort', () => reject(stop.reason)),
      )
      await Promise.race([answer.promise, stopped])
      return embedder.embed(texts, stop)
    },
  }
  const kept = keepVectors(slow, openCacheHouse().cache)
  const leaving = new AbortController()
  const one = assert.rejects(kept.embed(['text'], leaving.signal), /left/)
  await asked.promise
  const other = kept.embed(['text'], signal)
  leaving.abort(new Error('left'))
  await one
  answer.resolve()
  assert.deepEqual(await other, await embedder.embed(['text'], signal))
  await assert.rejects(kept.embed(['text'], leaving.signal), /left/)
})

test('another process finds vectors in Redis', async () => {
  const redis = await openTestRedis()
  const one = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await isConnected(other)
  const first = modelOf()
  const second = modelOf()
  const made = await keepVectors(first.embedder, one.cache).embed(['shared'], signal)
  await hasWritten(one, 1)
  assert.deepEqual(await keepVectors(second.embedder, other.cache).embed(['shared'], signal), made)
  assert.equal(second.calls.length, 0)
})
