import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SophiaError } from '#domain/errors.ts'
import type { ChainChunk, ChainRequest, ModelChain } from '#domain/model.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { hasWritten, isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { openCacheHouse } from '../../../test/support/cache-house.ts'
import { keepAnswers } from './keep-answers.ts'

const USAGE = { input: 1000, cachedInput: 0, output: 100 }
const signal = new AbortController().signal

const request: ChainRequest = {
  stableInstructions: 'You are Marcus.',
  turnInstructions: 'Today is 2026-11-02 (UTC).',
  messages: [{ role: 'user', text: 'How is our pipeline?' }],
  tools: [{ name: 'review-pipeline', description: 'Reviews.', inputSchema: { type: 'object' } }],
  maxOutputTokens: 4096,
  keptFor: 'ann',
  signal,
}

/** A provider that counts how often it is asked, and does what the test says after its text. */
function providerOf(
  after: () => ChainChunk | Promise<ChainChunk> = () => ({ type: 'end', reason: 'stop', usage: USAGE }),
) {
  let asked = 0
  const chain: ModelChain = {
    label: 'openai/gpt-5',
    async *stream() {
      asked += 1
      yield { type: 'started', provider: 'openai', model: 'gpt-5' }
      yield { type: 'text-delta', text: 'Twelve ' }
      yield { type: 'text-delta', text: `deals, look ${asked}.` }
      yield await after()
    },
  }
  return { chain, asked: () => asked }
}

async function read(chain: ModelChain, change: Partial<ChainRequest> = {}) {
  const chunks: ChainChunk[] = []
  for await (const chunk of chain.stream({ ...request, ...change })) chunks.push(chunk)
  const text = chunks.map((chunk) => (chunk.type === 'text-delta' ? chunk.text : '')).join('')
  const started = chunks.find((chunk) => chunk.type === 'started')
  const end = chunks.find((chunk) => chunk.type === 'end')
  return { text, end, isKept: started?.isKept ?? false, pieces: chunks.length }
}

function open(provider = providerOf()) {
  const { cache } = openCacheHouse()
  const costOf = () => 2500
  return { provider, cache, kept: keepAnswers(provider.chain, { cache, costOf }) }
}

test('the same question of the same member is answered as before: the model is asked once, and what it cost is spared', async () => {
  const { provider, cache, kept } = open()
  const first = await read(kept)
  assert.deepEqual([first.text, first.isKept, first.pieces], ['Twelve deals, look 1.', false, 4])
  const again = await read(kept)
  assert.deepEqual([again.text, again.isKept, provider.asked()], ['Twelve deals, look 1.', true, 1])
  assert.deepEqual(again.end, { type: 'end', reason: 'stop', usage: { input: 0, cachedInput: 0, output: 0 } })
  assert.equal(cache.ledgers()[0]?.ledger.tiers.l1.savedMicros, 2500)
})

test('another member, and a request without one, is answered by the model', async () => {
  const { provider, kept } = open()
  await read(kept)
  assert.equal((await read(kept, { keptFor: 'bob' })).isKept, false)
  const { keptFor: _none, ...nobody } = request
  for (let count = 0; count < 2; count += 1) for await (const chunk of kept.stream(nobody)) void chunk
  assert.equal(provider.asked(), 4)
})

test('any change in what the model would read is another question', async () => {
  const text = fc.string({ minLength: 1, maxLength: 20 })
  const change = fc.oneof(
    text.map((stableInstructions) => ({ stableInstructions })),
    text.map((turnInstructions) => ({ turnInstructions })),
    text.map((words) => ({ messages: [{ role: 'user', text: words } as const] })),
    text.map((name) => ({ tools: [{ name, description: 'Reviews.', inputSchema: { type: 'object' } }] })),
    text.map((forcedTool) => ({ forcedTool })),
    fc.integer({ min: 1, max: 4095 }).map((maxOutputTokens) => ({ maxOutputTokens })),
    text.map((preferred) => ({ preferred: `openai/${preferred}` })),
  )
  await fc.assert(
    fc.asyncProperty(change, async (changed) => {
      const { provider, kept } = open()
      await read(kept)
      assert.equal((await read(kept, changed)).isKept, false)
      assert.equal(provider.asked(), 2)
    }),
    { numRuns: 60 },
  )
})

test('what was cut, refused, estimated or broken off is told as ever and never given again', async () => {
  const endings: (() => ChainChunk)[] = [
    () => ({ type: 'end', reason: 'length', usage: USAGE }),
    () => ({ type: 'end', reason: 'refused', usage: USAGE }),
    () => ({ type: 'end', reason: 'stop', usage: { ...USAGE, isEstimated: true } }),
  ]
  for (const after of endings) {
    const { provider, kept } = open(providerOf(after))
    assert.equal((await read(kept)).text, 'Twelve deals, look 1.')
    assert.equal((await read(kept)).text, 'Twelve deals, look 2.')
    assert.equal(provider.asked(), 2)
  }
  const broken = open(
    providerOf(() => {
      throw new SophiaError('MODEL_STREAM_BROKEN')
    }),
  )
  await assert.rejects(read(broken.kept), { code: 'MODEL_STREAM_BROKEN' })
  await assert.rejects(read(broken.kept), { code: 'MODEL_STREAM_BROKEN' })
  assert.equal(broken.provider.asked(), 2)
})

test('calls of tools come back with their ids and inputs, so that the turn goes on as it did', async () => {
  const call = { callId: 'c1', tool: 'review-pipeline', input: { focus: 'risk' } }
  const chain: ModelChain = {
    label: 'openai/gpt-5',
    async *stream() {
      yield { type: 'started', provider: 'openai', model: 'gpt-5' }
      yield { type: 'tool-call', call }
      yield { type: 'end', reason: 'tool-calls', usage: USAGE }
    },
  }
  const kept = keepAnswers(chain, { cache: openCacheHouse().cache, costOf: () => null })
  const readCalls = async () => {
    const calls: unknown[] = []
    let reason
    for await (const chunk of kept.stream(request)) {
      if (chunk.type === 'tool-call') calls.push(chunk.call)
      if (chunk.type === 'end') reason = chunk.reason
    }
    return { calls, reason }
  }
  const first = await readCalls()
  assert.deepEqual(first, { calls: [call], reason: 'tool-calls' })
  assert.deepEqual(await readCalls(), first)
})

test('two who ask the same at once: the first reads as it comes, the second gets the whole; one that fails fails alone', async () => {
  const { promise: gate, resolve: openGate } = Promise.withResolvers<void>()
  const provider = providerOf(async () => {
    await gate
    return { type: 'end', reason: 'stop', usage: USAGE }
  })
  const { kept } = open(provider)
  const first = kept.stream(request)[Symbol.asyncIterator]()
  assert.equal((await first.next()).value?.type, 'started')
  assert.deepEqual((await first.next()).value, { type: 'text-delta', text: 'Twelve ' })
  const second = read(kept)
  openGate()
  assert.deepEqual([(await second).isKept, (await second).text], [true, 'Twelve deals, look 1.'])
  let calls = 0
  const failing = open({
    ...provider,
    chain: {
      label: 'openai/gpt-5',
      async *stream() {
        calls += 1
        await new Promise(setImmediate)
        if (calls === 1) throw new SophiaError('MODEL_UNAVAILABLE')
        yield { type: 'started', provider: 'openai', model: 'gpt-5' }
        yield { type: 'end', reason: 'stop', usage: USAGE }
      },
    },
  })
  const [one, other] = await Promise.allSettled([read(failing.kept), read(failing.kept)])
  assert.deepEqual([one.status, other.status], ['rejected', 'fulfilled'])
})

test('the playbook is not kept: it costs nothing and reads the data anew', async () => {
  const provider = providerOf()
  const { cache } = openCacheHouse()
  const kept = keepAnswers({ ...provider.chain, label: 'playbook' }, { cache, costOf: () => 0 })
  await read(kept)
  await read(kept)
  assert.equal(provider.asked(), 2)
})

test('another process finds the answer in Redis', async () => {
  const redis = await openTestRedis()
  const one = await openSharedCache({ url: redis.url })
  const other = await openSharedCache({ url: redis.url })
  await isConnected(one)
  await isConnected(other)
  const provider = providerOf()
  const costOf = () => 2500
  await read(keepAnswers(provider.chain, { cache: one.cache, costOf }))
  await hasWritten(one, 1)
  const answer = await read(keepAnswers(provider.chain, { cache: other.cache, costOf }))
  assert.deepEqual([answer.isKept, answer.text, provider.asked()], [true, 'Twelve deals, look 1.', 1])
})
