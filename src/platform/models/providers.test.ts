import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ModelChunk, ModelProvider, ModelRequest } from '#domain/model.ts'
import { startModelServer, type Behaviour } from '../../../test/support/model-server.ts'
import { Secret } from '../config/secret.ts'
import { createGuardedClient } from '../network/guarded-client.ts'
import { createAnthropicProvider } from './anthropic-provider.ts'
import { createOpenAiProvider } from './openai-provider.ts'

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
}

function requestOf(change: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'some-model',
    stableInstructions: 'You are Marcus.',
    turnInstructions: 'Today is Monday.',
    messages: [{ role: 'user', text: 'How is our pipeline?' }],
    tools: [{ name: 'review-pipeline', description: 'Reviews.', inputSchema: { type: 'object', properties: {} } }],
    maxOutputTokens: 500,
    signal: new AbortController().signal,
    ...change,
  }
}

const PROTOCOLS = [
  { id: 'openai', create: createOpenAiProvider, basePath: '/v1' },
  { id: 'anthropic', create: createAnthropicProvider, basePath: '' },
]

async function open(protocol: (typeof PROTOCOLS)[number], behave: (call: number) => Behaviour) {
  const server = await startModelServer(behave)
  const client = createGuardedClient({ allowPrivate: [server.host] })
  const provider = protocol.create({
    apiKey: new Secret('sk-canary'),
    baseUrl: server.url + protocol.basePath,
    fetch: client.fetch,
  })
  return { server, provider }
}

async function collect(provider: ModelProvider, request = requestOf()): Promise<ModelChunk[]> {
  const chunks: ModelChunk[] = []
  for await (const chunk of provider.stream(request)) chunks.push(chunk)
  return chunks
}

function textOf(chunks: readonly ModelChunk[]): string {
  return chunks.map((chunk) => (chunk.type === 'text-delta' ? chunk.text : '')).join('')
}

for (const protocol of PROTOCOLS) {
  test(`${protocol.id}: a recorded answer is read the same however the bytes are cut`, async () => {
    for (const chunkBytes of [1, 7, 64, 65_536]) {
      const { provider } = await open(protocol, () => ({
        kind: 'replay',
        text: fixture(`${protocol.id}-text.sse`),
        chunkBytes,
      }))
      const chunks = await collect(provider)
      assert.equal(textOf(chunks), 'Your pipeline has two deals worth a look – ünïcode ✓.')
      const end = chunks.at(-1)
      assert.ok(end?.type === 'end' && end.reason === 'stop')
      assert.deepEqual(end.usage, { input: 1250, cachedInput: 1024, output: protocol.id === 'openai' ? 9 : 17 })
    }
  })

  test(`${protocol.id}: parallel tool calls come whole, with their input parsed`, async () => {
    const { provider } = await open(protocol, () => ({
      kind: 'replay',
      text: fixture(`${protocol.id}-tools.sse`),
      chunkBytes: 11,
    }))
    const chunks = await collect(provider)
    const calls = chunks.flatMap((chunk) => (chunk.type === 'tool-call' ? [chunk.call] : []))
    assert.deepEqual(
      calls.map(({ tool, input }) => ({ tool, input })),
      [
        { tool: 'review-pipeline', input: { group: 'rep' } },
        { tool: 'coach-deal', input: { deal: 'Acme "North"' } },
      ],
    )
    const end = chunks.at(-1)
    assert.ok(end?.type === 'end' && end.reason === 'tool-calls')
  })

  test(`${protocol.id}: the stable instructions come before everything that changes, and the key travels`, async () => {
    const { provider, server } = await open(protocol, () => ({
      kind: 'replay',
      text: fixture(`${protocol.id}-text.sse`),
    }))
    await collect(
      provider,
      requestOf({
        messages: [
          { role: 'user', text: 'one' },
          {
            role: 'assistant',
            text: '',
            toolCalls: [{ callId: 'c1', tool: 'review-pipeline', input: { group: 'rep' } }],
          },
          { role: 'tool', outcomes: [{ callId: 'c1', tool: 'review-pipeline', ok: true, content: '{"x":1}' }] },
        ],
      }),
    )
    const [call] = server.calls
    const wire = JSON.stringify(call?.body)
    assert.ok(wire.indexOf('You are Marcus.') < wire.indexOf('Today is Monday.'))
    assert.match(`${call?.headers.authorization} ${String(call?.headers['x-api-key'])}`, /sk-canary/)
    assert.match(wire, /"c1"/)
    if (protocol.id === 'anthropic') assert.match(wire, /You are Marcus\.","cache_control":\{"type":"ephemeral"\}/)
  })

  const faults: { name: string; behaviour: Behaviour; code: string }[] = [
    {
      name: 'a stream cut in the middle',
      behaviour: { kind: 'cut', text: fixture(`${protocol.id}-text.sse`), afterBytes: 900 },
      code: 'MODEL_STREAM_BROKEN',
    },
    {
      name: 'a stream that ends early but cleanly',
      behaviour: {
        kind: 'replay',
        text: fixture(`${protocol.id}-text.sse`)
          .slice(0, 900)
          .replace(/\n\n[^\n]*$/s, '\n\n'),
      },
      code: 'MODEL_STREAM_BROKEN',
    },
    {
      name: 'malformed events',
      behaviour: { kind: 'replay', text: 'event: message_start\ndata: {not json\n\n' },
      code: 'MODEL_STREAM_BROKEN',
    },
    { name: 'an empty body', behaviour: { kind: 'replay', text: '' }, code: 'MODEL_STREAM_BROKEN' },
    {
      name: '429',
      behaviour: { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
      code: 'MODEL_UNAVAILABLE',
    },
    { name: '500', behaviour: { kind: 'status', status: 500 }, code: 'MODEL_UNAVAILABLE' },
    { name: 'an unknown model', behaviour: { kind: 'status', status: 404 }, code: 'MODEL_NOT_FOUND' },
    { name: 'a wrong key', behaviour: { kind: 'status', status: 401 }, code: 'MODEL_REFUSED' },
  ]
  for (const { name, behaviour, code } of faults) {
    test(`${protocol.id}: ${name} is ${code}`, async () => {
      const { provider, server } = await open(protocol, () => behaviour)
      await assert.rejects(collect(provider), (error: unknown) => {
        assert.ok(error instanceof Error && 'code' in error)
        assert.equal(error.code, code)
        assert.doesNotMatch(error.message, /canary/)
        if (name === '429') assert.equal('retryAfterSeconds' in error && error.retryAfterSeconds, 7)
        return true
      })
      // The retry budget is the chain's; an adapter calls once.
      assert.equal(server.calls.length, 1)
    })
  }

  test(`${protocol.id}: aborting closes the connection to the provider at once`, async () => {
    const { provider, server } = await open(protocol, () => ({
      kind: 'stall',
      text: fixture(`${protocol.id}-text.sse`),
      afterBytes: 900,
    }))
    const stop = new AbortController()
    const reading = collect(provider, requestOf({ signal: stop.signal }))
    while (server.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    await assert.rejects(reading, { code: 'TURN_CANCELLED' })
    await server.calls[0]?.closed
  })
}

test('a host inside the network is refused unless it was allowed', async () => {
  const server = await startModelServer(() => ({ kind: 'silent' }))
  const client = createGuardedClient({ allowPrivate: [] })
  const provider = createOpenAiProvider({ apiKey: null, baseUrl: `${server.url}/v1`, fetch: client.fetch })
  await assert.rejects(collect(provider), { code: 'MODEL_UNAVAILABLE', message: /SOPHIA_ALLOW_PRIVATE_NETWORK/ })
  assert.equal(server.calls.length, 0)
})
