import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Message } from '#contract/conversations.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createOwnerKey, openTestHouse, type TestHouse } from '../support/house.ts'
import { startModelServer, type Behaviour, type ReceivedCall } from '../support/model-server.ts'

function fixture(name: string): string {
  return readFileSync(new URL(`../../src/platform/models/fixtures/${name}`, import.meta.url), 'utf8')
}

const PROTOCOLS = [
  {
    id: 'openai',
    settings: (url: string) => ({
      SOPHIA_MODEL: 'openai/gpt-5',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${url}/v1`,
    }),
  },
  {
    id: 'anthropic',
    settings: (url: string) => ({
      SOPHIA_MODEL: 'anthropic/claude-sonnet-5',
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: url,
    }),
  },
] as const

async function openWithModel(
  protocol: (typeof PROTOCOLS)[number],
  behave: (call: number, received: ReceivedCall) => Behaviour,
  more: Record<string, string> = {},
) {
  const server = await startModelServer(behave)
  const house = await openTestHouse({ ...protocol.settings(server.url), ...more })
  await house.rooms.imports.loadSample(await house.rooms.access.localPrincipal())
  return { server, house, key: await createOwnerKey(house) }
}

/** Asks over HTTP and answers with the turn's stream, whole, and the stored answer. */
async function ask(house: TestHouse, key: string, text: string) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const created = await fetch(`${house.url}/api/conversations`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ persona: 'marcus' }),
  })
  const { id }: { id: string } = JSON.parse(await created.text())
  const streamed = await fetch(`${house.url}/api/conversations/${id}/messages`, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream' },
    body: JSON.stringify({ id: createId(), text }),
  })
  const events = await streamed.text()
  const listed = await fetch(`${house.url}/api/conversations/${id}/messages`, { headers })
  const { items }: { items: unknown[] } = JSON.parse(await listed.text())
  return { events, answer: Message.parse(items.at(-1)) }
}

for (const protocol of PROTOCOLS) {
  test(`${protocol.id}: the model calls skills side by side, reads their results and answers; the ledger has each call`, async () => {
    const { server, house, key } = await openWithModel(protocol, (call) => ({
      kind: 'replay',
      text: fixture(call === 1 ? `${protocol.id}-tools.sse` : `${protocol.id}-text.sse`),
      chunkBytes: 40,
    }))
    const { events, answer } = await ask(house, key, 'How is our pipeline?')
    assert.match(answer.text, /Your pipeline has two deals worth a look – ünïcode ✓\.$/)
    assert.deepEqual(
      answer.calls.map(({ tool }) => tool),
      ['review-pipeline', 'coach-deal'],
    )
    assert.equal(answer.calls[0]?.ok, true)
    assert.ok(answer.sources.length > 0)
    // Two calls of the provider, both priced from the table.
    assert.equal(server.calls.length, 2)
    assert.equal(answer.usage?.input, 2500)
    assert.ok((answer.cost?.amountMicros ?? 0) > 0)
    assert.match(JSON.stringify(server.calls[1]?.body), /open deals/)
    assert.match(events, /event: tool-call[\s\S]*event: tool-result[\s\S]*event: text-delta[\s\S]*event: turn-end/)
    const metrics = await house.rooms.metrics.registry.metrics()
    assert.match(
      metrics,
      new RegExp(`sophia_model_requests_total\\{provider="${protocol.id}",model="[^"]+",status="ok"\\} 2`),
    )
    const ofProvider = `provider="${protocol.id}"`
    assert.match(
      metrics,
      new RegExp(`sophia_model_tokens_total\\{${ofProvider},model="[^"]+",direction="input"\\} 2500`),
    )
    const cost = new RegExp(`sophia_model_cost_usd_total\\{${ofProvider},model="[^"]+"\\} (\\S+)`).exec(metrics)?.[1]
    assert.equal(Math.round(Number(cost) * 1_000_000), answer.cost?.amountMicros)
    const duration = 'sophia_model_request_duration_seconds'
    assert.match(metrics, new RegExp(`${duration}_count\\{${ofProvider}\\} 2`))
    assert.match(metrics, new RegExp(`${duration}_bucket\\{le="120",${ofProvider}\\} 2`))
    const spentSeconds = new RegExp(`${duration}_sum\\{${ofProvider}\\} (\\S+)`).exec(metrics)?.[1]
    assert.ok(Number(spentSeconds) > 0)
  })
}

test('what a configured model used is told as nothing before its first call', async () => {
  const { house } = await openWithModel(PROTOCOLS[0], () => ({ kind: 'status', status: 404 }))
  const metrics = await house.rooms.metrics.registry.metrics()
  assert.match(metrics, /sophia_model_tokens_total\{provider="openai",model="gpt-5",direction="output"\} 0/)
  assert.match(metrics, /sophia_model_cost_usd_total\{provider="openai",model="gpt-5"\} 0/)
})

test('a model that is not there ends the turn as failed and says what to check', async () => {
  const { house, key } = await openWithModel(PROTOCOLS[0], () => ({ kind: 'status', status: 404 }))
  const { events, answer } = await ask(house, key, 'How is our pipeline?')
  assert.deepEqual([answer.status, answer.errorCode], ['failed', 'MODEL_NOT_FOUND'])
  assert.match(events, /event: turn-error\ndata: [^\n]*SOPHIA_MODEL/)
})

test('when the model fails the next in order answers, and says that no model did', async () => {
  const { house, key } = await openWithModel(PROTOCOLS[0], () => ({ kind: 'status', status: 500 }), {
    SOPHIA_MODEL: 'openai/gpt-5,playbook',
  })
  const { answer } = await ask(house, key, 'How is our pipeline?')
  assert.equal(answer.status, 'complete')
  assert.equal(answer.model, 'playbook')
  assert.match(answer.text, /No language model answered/)
})

test('a spent budget refuses before the provider is called', async () => {
  const { server, house, key } = await openWithModel(
    PROTOCOLS[0],
    () => ({ kind: 'replay', text: fixture('openai-text.sse') }),
    { SOPHIA_BUDGET_DAILY_USD: '0' },
  )
  const { answer } = await ask(house, key, 'How is our pipeline?')
  assert.equal(answer.errorCode, 'BUDGET_EXHAUSTED')
  assert.equal(server.calls.length, 0)
})

test('stopping a turn hangs up on the provider', async () => {
  const { server, house, key } = await openWithModel(PROTOCOLS[0], () => ({
    kind: 'stall',
    text: fixture('openai-text.sse'),
    afterBytes: 1200,
  }))
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const created = await fetch(`${house.url}/api/conversations`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ persona: 'marcus' }),
  })
  const { id }: { id: string } = JSON.parse(await created.text())
  const posted = await fetch(`${house.url}/api/conversations/${id}/messages`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ id: createId(), text: 'Hello there, what is new?' }),
  })
  const { turnId }: { turnId: string } = JSON.parse(await posted.text())
  while (server.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const cancelled = await fetch(`${house.url}/api/turns/${turnId}/cancel`, {
    method: 'POST',
    headers: { authorization: headers.authorization },
  })
  assert.equal(cancelled.status, 200)
  await server.calls[0]?.closed
  const events = await fetch(`${house.url}/api/turns/${turnId}/events`, {
    headers: { authorization: headers.authorization },
  })
  assert.match(await events.text(), /"status":"cancelled"/)
})

test('tokens of a broken stream are taken from its length and marked as estimated', async () => {
  const { house, key } = await openWithModel(PROTOCOLS[0], () => ({
    kind: 'cut',
    text: fixture('openai-text.sse'),
    afterBytes: 1400,
  }))
  const { answer } = await ask(house, key, 'Hello there, what is new?')
  assert.equal(answer.status, 'failed')
  assert.ok(answer.text.length > 0)
  assert.equal(answer.usage?.isEstimated, true)
})
