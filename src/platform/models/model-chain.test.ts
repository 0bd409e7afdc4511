import assert from 'node:assert/strict'
import { setImmediate as nextLoop } from 'node:timers/promises'
import { test } from 'node:test'
import pino from 'pino'
import type { Clock } from '#domain/clock.ts'
import { SophiaError, type ErrorCode } from '#domain/errors.ts'
import type { ChainChunk, ChainRequest, ModelChunk, ModelProvider, ModelRequest } from '#domain/model.ts'
import { createSteppedClock } from '../../../test/support/stepped-clock.ts'
import { createModelChain, type ModelCall, type ModelChainNeeds } from './model-chain.ts'
import { createRetryBudget } from './retry-budget.ts'

const log = pino({ level: 'silent' })
const END: ModelChunk = { type: 'end', reason: 'stop', usage: { input: 1, cachedInput: 0, output: 1 } }

/** A clock that moves only when somebody waits for it: the earliest sleeper is woken once nothing else is left to do. */
function createSleeplessClock(): Clock & { slept: number[] } {
  let nowMs = 0
  const slept: number[] = []
  return {
    slept,
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    async sleep(ms, signal) {
      for (let round = 0; round < 20; round += 1) {
        await nextLoop()
        if (signal?.aborted) throw new Error('aborted')
      }
      nowMs += ms
      slept.push(ms)
    },
  }
}

type Script = (call: number, request: ModelRequest) => AsyncIterable<ModelChunk>

function providerOf(id: string, script: Script): ModelProvider & { calls: number } {
  const provider = {
    id,
    calls: 0,
    stream: (request: ModelRequest) => {
      provider.calls += 1
      return script(provider.calls, request)
    },
  }
  return provider
}

async function* answer(text: string): AsyncIterable<ModelChunk> {
  yield { type: 'text-delta', text }
  yield END
}

function fail(code: ErrorCode, retryAfterSeconds?: number): AsyncIterable<ModelChunk> {
  const error = new SophiaError(code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
  return { [Symbol.asyncIterator]: () => ({ next: () => nextLoop().then(() => Promise.reject(error)) }) }
}

async function* hang(request: ModelRequest, before: readonly ModelChunk[] = []): AsyncIterable<ModelChunk> {
  yield* before
  await new Promise((_resolve, reject) =>
    request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true }),
  )
}

function chainOf(providers: readonly ModelProvider[], change: Partial<ModelChainNeeds> = {}) {
  return createModelChain({
    order: providers.map(({ id }) => `${id}/m`),
    providers,
    clock: createSleeplessClock(),
    log,
    ...change,
  })
}

function requestOf(change: Partial<ChainRequest> = {}): ChainRequest {
  const signal = new AbortController().signal
  return {
    stableInstructions: '',
    turnInstructions: '',
    messages: [],
    tools: [],
    maxOutputTokens: 100,
    signal,
    ...change,
  }
}

async function read(stream: AsyncIterable<ChainChunk>): Promise<{ by: string; text: string }> {
  let by = ''
  let text = ''
  for await (const chunk of stream) {
    if (chunk.type === 'started') by = `${chunk.provider}/${chunk.model}`
    if (chunk.type === 'text-delta') text += chunk.text
  }
  return { by, text }
}

test('the first provider that answers is named; those behind it are not called', async () => {
  const second = providerOf('b', () => answer('second'))
  const chain = chainOf([providerOf('a', () => answer('first')), second])
  assert.deepEqual(await read(chain.stream(requestOf())), { by: 'a/m', text: 'first' })
  assert.equal(second.calls, 0)
})

test('a provider that fails before it delivered anything is followed by the next', async () => {
  for (const code of ['MODEL_UNAVAILABLE', 'MODEL_NOT_FOUND', 'MODEL_REFUSED', 'MODEL_STREAM_BROKEN'] as const) {
    const chain = chainOf([providerOf('a', () => fail(code)), providerOf('b', () => answer('second'))])
    assert.deepEqual(await read(chain.stream(requestOf())), { by: 'b/m', text: 'second' })
  }
})

test('a stream that breaks after it delivered is broken: no second answer is glued to the first half', async () => {
  async function* half(): AsyncIterable<ModelChunk> {
    yield { type: 'text-delta', text: 'half' }
    throw new SophiaError('MODEL_STREAM_BROKEN')
  }
  const second = providerOf('b', () => answer('second'))
  await assert.rejects(read(chainOf([providerOf('a', half), second]).stream(requestOf())), {
    code: 'MODEL_STREAM_BROKEN',
  })
  assert.equal(second.calls, 0)
})

test('silence before the first token, between tokens, and answers without end are cut by their own limits', async () => {
  const silent = providerOf('a', (_call, request) => hang(request))
  await assert.rejects(read(chainOf([silent]).stream(requestOf())), { code: 'MODEL_TIMEOUT' })
  const stalling = providerOf('a', (_call, request) => hang(request, [{ type: 'text-delta', text: 'x' }]))
  const clock = createSleeplessClock()
  await assert.rejects(read(chainOf([stalling], { clock }).stream(requestOf())), { code: 'MODEL_TIMEOUT' })
  assert.equal(clock.slept.at(-1), 20_000)
  async function* endless(): AsyncIterable<ModelChunk> {
    for (;;) yield { type: 'text-delta', text: 'and so on ' }
  }
  await assert.rejects(read(chainOf([providerOf('a', endless)]).stream(requestOf())), { code: 'TURN_LIMIT_REACHED' })
})

test('each call is told with how long it took, the one that failed and the one that answered instead', async () => {
  const told: ModelCall[] = []
  const clock = createSteppedClock()
  const after = async (ms: number): Promise<void> => clock.advance(ms)
  async function* slow(): AsyncIterable<ModelChunk> {
    yield { type: 'text-delta', text: 'sec' }
    await after(1500)
    yield* answer('ond')
  }
  async function* refusing(): AsyncIterable<ModelChunk> {
    await after(700)
    yield* fail('MODEL_REFUSED')
  }
  const providers = [providerOf('a', refusing), providerOf('b', slow)]
  await read(chainOf(providers, { clock, onCall: (call) => told.push(call) }).stream(requestOf()))
  assert.deepEqual(told, [
    { provider: 'a', model: 'm', status: 'MODEL_REFUSED', ms: 700 },
    { provider: 'b', model: 'm', status: 'ok', ms: 1500 },
  ])
})

test('a timeout and a cancel both abort the provider’s own signal', async () => {
  const seen: AbortSignal[] = []
  const silent = providerOf('a', (_call, request) => {
    seen.push(request.signal)
    return hang(request)
  })
  await assert.rejects(read(chainOf([silent]).stream(requestOf())))
  const stop = new AbortController()
  const reading = read(chainOf([silent]).stream(requestOf({ signal: stop.signal })))
  await nextLoop()
  stop.abort(new SophiaError('TURN_CANCELLED'))
  await assert.rejects(reading, { code: 'TURN_CANCELLED' })
  assert.deepEqual(
    seen.map((signal) => signal.aborted),
    [true, true],
  )
})

test('in a full outage retries add at most a tenth to the calls', async () => {
  const down = providerOf('a', () => fail('MODEL_UNAVAILABLE'))
  const chain = chainOf([down])
  for (let call = 0; call < 100; call += 1) await assert.rejects(read(chain.stream(requestOf())))
  assert.ok(down.calls > 100 && down.calls <= 110, `${down.calls} calls for 100 questions`)
})

test('a short Retry-After is obeyed, a long one is not waited for', async () => {
  const clock = createSleeplessClock()
  const wait = { seconds: 2 }
  const busy = providerOf('a', (call) => (call === 12 ? answer('at last') : fail('MODEL_UNAVAILABLE', wait.seconds)))
  const chain = chainOf([busy], { clock })
  wait.seconds = 60
  for (let call = 0; call < 10; call += 1) await assert.rejects(read(chain.stream(requestOf())))
  assert.equal(busy.calls, 10)
  wait.seconds = 2
  const { text } = await read(chain.stream(requestOf()))
  assert.equal(text, 'at last')
  assert.ok(clock.slept.includes(2000))
})

test('a persona’s own model is tried first and an unknown provider is named', async () => {
  const chain = chainOf([providerOf('a', () => answer('first')), providerOf('b', () => answer('second'))])
  assert.deepEqual(await read(chain.stream(requestOf({ preferred: 'b/other' }))), { by: 'b/other', text: 'second' })
  await assert.rejects(read(chain.stream(requestOf({ preferred: 'nobody/x' }))), {
    code: 'MODEL_NOT_FOUND',
    message: /nobody\/x/,
  })
})

test('the retry budget saves no more than its most', () => {
  const budget = createRetryBudget(0.5, 2)
  for (let call = 0; call < 100; call += 1) budget.onCall()
  assert.deepEqual([budget.trySpend(), budget.trySpend(), budget.trySpend()], [true, true, false])
})
