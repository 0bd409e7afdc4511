import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { TurnTrace } from '#contract/traces.ts'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createOwnerKey, openTestHouse, type TestHouse } from '../support/house.ts'
import { openFaultServer } from '../support/mcp/fault-server.ts'
import { startModelServer } from '../support/model-server.ts'
import { openOtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { until } from '../support/until.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`
const SECRET = 'kestrel-merger'
const HEADER_KEY = 'otlp-canary-key'
const MODEL_KEY = 'sk-canary-model-key'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../src/platform/models/fixtures/${name}`, import.meta.url), 'utf8')

/** Two calls side by side: a skill, and a tool of a connection. */
const CALLS = fixture('openai-tools.sse')
  .replaceAll('coach-deal', 'crm__echo')
  .replace(String.raw`{\"deal\":\"Acme \\\"North\\\"\"}`, String.raw`{\"text\":\"hello\"}`)

const receiver = await openOtlpReceiver()
const crm = await openFaultServer({ era: 'modern' })
let isModelDown = false
const model = await startModelServer((call) =>
  isModelDown
    ? { kind: 'status', status: 400 }
    : {
        kind: 'replay',
        text: call % 2 === 1 ? CALLS : fixture('openai-text.sse'),
      },
)
const folder = await mkdtemp(join(tmpdir(), 'sophia-traces-'))
await writeFile(join(folder, 'mcp.json'), JSON.stringify({ mcpServers: { crm: { url: crm.url } } }))
const house = await openTestHouse({
  SOPHIA_MODEL: 'openai/gpt-5',
  SOPHIA_MODEL_CACHE: 'off',
  OPENAI_API_KEY: MODEL_KEY,
  OPENAI_BASE_URL: `${model.url}/v1`,
  SOPHIA_MCP_FILE: join(folder, 'mcp.json'),
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  // Only what failed, took long or is recorded by its caller.
  SOPHIA_TRACE_SHARE: '0',
  OTEL_EXPORTER_OTLP_HEADERS: `api-key=${HEADER_KEY}`,
})
await house.rooms.imports.loadSample(await house.rooms.access.localPrincipal())
const key = await createOwnerKey(house)

function call(
  path: string,
  init: { method?: string; body?: object; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { method = 'GET', body, headers } = init
  return fetch(house.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

/** Asks and reads to the end; answers the turn. */
async function askAndRead(headers: Record<string, string> = {}, status = 'complete'): Promise<string> {
  const opened = await call('/api/conversations', { method: 'POST', body: { persona: 'marcus' } })
  const { id }: { id: string } = JSON.parse(await opened.text())
  const answer = await call(`/api/conversations/${id}/messages`, {
    method: 'POST',
    body: { id: createId(), text: `How is our pipeline after the ${SECRET}?` },
    headers: { accept: 'text/event-stream', ...headers },
  })
  const text = await answer.text()
  assert.ok(text.includes(`"status":"${status}"`), text)
  return answer.headers.get('x-sophia-turn-id') ?? ''
}

const isOf =
  (traceId: string, name: RegExp) =>
  (span: ReceivedSpan): boolean =>
    span.traceId === traceId && name.test(span.name)

async function toolIsThere(at: TestHouse): Promise<void> {
  await until(
    () => at.rooms.tools.skillsFor(['*']).some(({ name }) => name === 'crm__echo'),
    'the tool of the connection is there',
  )
}

test('one trace from the caller through request, turn, recall, model, tool, connection and statements, and on to whom Sophia calls', async () => {
  await toolIsThere(house)
  const calledBefore = model.calls.length
  const turnId = await askAndRead({ traceparent: PARENT, tracestate: 'vendor=abc' })
  const request = await receiver.spanWhere(isOf(TRACE, /^POST \/api\/conversations\/:id\/messages$/))
  const turn = await receiver.spanWhere(isOf(TRACE, /^invoke_agent marcus$/))
  assert.deepEqual([request.kind, request.parentSpanId], [2, '00f067aa0ba902b7'])
  assert.deepEqual([turn.kind, turn.parentSpanId, turn.traceState], [5, request.spanId, 'vendor=abc'])
  const own = receiver.spans.filter(({ traceId }) => traceId === TRACE)
  const named = (name: RegExp): ReceivedSpan => {
    const found = own.find((span) => name.test(span.name))
    assert.ok(found, `${String(name)} among ${own.map((span) => span.name).join(', ')}`)
    return found
  }
  const chat = named(/^chat gpt-5$/)
  const mcp = named(/^tools\/call echo$/)
  assert.equal(chat.parentSpanId, named(/^model round 1$/).spanId)
  assert.equal(named(/^recall memories$/).parentSpanId, named(/^load context$/).spanId)
  assert.equal(mcp.parentSpanId, named(/^execute_tool crm__echo$/).spanId)
  assert.equal(chat.attributes['gen_ai.provider.name'], 'openai')
  assert.equal(turn.attributes['gen_ai.agent.name'], 'marcus')
  assert.ok(Number(turn.attributes['gen_ai.usage.input_tokens']) > 0)
  named(/^INSERT turns$|^INSERT messages$/)
  named(/^execute_tool review-pipeline$/)
  // Out: the provider and the connection are told of the very step that calls them.
  const asked = model.calls[calledBefore]
  assert.equal(asked?.headers.traceparent, `00-${TRACE}-${chat.spanId}-01`)
  assert.equal(asked?.headers.tracestate, 'vendor=abc')
  const told = crm.calls.find(({ meta }) => String(meta['traceparent']).includes(TRACE))
  assert.equal(told?.meta['traceparent'], `00-${TRACE}-${mcp.spanId}-01`)
  // And whoever asked reads the same.
  let trace: TurnTrace | undefined
  await until(async () => {
    trace = TurnTrace.parse(JSON.parse(await (await call(`/api/turns/${turnId}/trace`)).text()))
    return trace.state === 'kept'
  }, 'it is stored')
  assert.equal(trace?.traceId, TRACE)
})

test('no word of a message and no secret leaves with a trace', async () => {
  const bodies = receiver.requests.map(({ body }) => body.toString('latin1')).join('\n')
  assert.ok(bodies.length > 1000)
  for (const word of [SECRET, 'two deals worth a look', MODEL_KEY, HEADER_KEY, key, 'olga', '@example.com'])
    assert.ok(!bodies.toLowerCase().includes(word.toLowerCase()), word)
})

test('an answer is found again by its trace: the id is the correlation id, unless the caller has one of their own', async () => {
  const plain = await call('/api/me')
  const id = plain.headers.get('x-correlation-id') ?? ''
  assert.match(id, /^[0-9a-f]{32}$/)
  const joined = await call('/api/me', { headers: { traceparent: PARENT } })
  assert.equal(joined.headers.get('x-correlation-id'), TRACE)
  const sent = await receiver.spanWhere(isOf(TRACE, /^GET \/api\/me$/))
  assert.equal(sent.attributes['http.response.status_code'], 200)
  const named = await call('/api/me', { headers: { traceparent: PARENT, 'x-correlation-id': 'mine-1234' } })
  assert.equal(named.headers.get('x-correlation-id'), 'mine-1234')
  const odd = await call('/api/me', { headers: { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` } })
  assert.match(odd.headers.get('x-correlation-id') ?? '', /^(?!0+$)[0-9a-f]{32}$/)
})

test('of what nobody records only what failed is sent, and a stranger records nothing', async () => {
  const ofTurn = (turnId: string) => (span: ReceivedSpan) => span.attributes['sophia.turn.id'] === turnId
  const plain = await askAndRead()
  const unsampled = await askAndRead({ traceparent: PARENT.replace(/01$/, '00') })
  const stranger = PARENT.replace(TRACE, 'a'.repeat(32))
  assert.equal((await fetch(`${house.url}/livez`, { headers: { traceparent: stranger } })).status, 200)
  assert.equal((await fetch(`${house.url}/api/me`, { headers: { traceparent: stranger } })).status, 401)
  isModelDown = true
  const failed = await askAndRead({}, 'failed')
  isModelDown = false
  const turn = await receiver.spanWhere(ofTurn(failed))
  assert.ok(turn.hasFailed)
  assert.ok(receiver.spans.some(({ parentSpanId, hasFailed }) => parentSpanId === turn.spanId && hasFailed))
  // Sent after them, it has come.
  for (const turnId of [plain, unsampled]) assert.ok(!receiver.spans.some(ofTurn(turnId)), turnId)
  assert.ok(!receiver.spans.some(({ traceId }) => traceId === 'a'.repeat(32)))
})

test('a job has a trace of its own, which leads back to the answer that sent it, and is sent when that is recorded', async () => {
  const asker = 'b'.repeat(32)
  await askAndRead({ traceparent: PARENT.replace(TRACE, asker) })
  await receiver.spanWhere(isOf(asker, /^invoke_agent marcus$/))
  // It waits until the conversation has come to rest.
  const sent = sql`update pgboss.job set start_after = now() where data -> '$trace' ->> 'traceId' = ${asker}`
  await until(async () => (await house.rooms.database.read((handle) => handle.run(sent))) > 0, 'the job is there')
  const isJob = (span: ReceivedSpan): boolean => span.links.some(({ traceId }) => traceId === asker)
  const job = await receiver.spanWhere(isJob)
  assert.match(job.name, /^process memory-/)
  assert.notEqual(job.traceId, asker)
  assert.deepEqual([job.parentSpanId, job.kind, job.links.length], [null, 5, 1])
  // The very step that sent it, of that answer.
  await receiver.spanWhere(({ traceId, spanId }) => traceId === asker && spanId === job.links[0]?.spanId)
  await receiver.spanWhere(({ traceId, parentSpanId }) => traceId === job.traceId && parentSpanId === job.spanId)
})

test('each question over one WebSocket begins a trace of its own: its frames have no place for another', async (t) => {
  const member = PARENT.replace(TRACE, 'c'.repeat(32))
  const socket = openTestSocket(house.url, { authorization: `Bearer ${key}`, traceparent: member })
  t.after(() => socket.close())
  await socket.next('welcome')
  const traceOf = async (): Promise<string> => {
    const opened = await call('/api/conversations', { method: 'POST', body: { persona: 'marcus' } })
    const { id }: { id: string } = JSON.parse(await opened.text())
    socket.send({ type: 'message-send', conversationId: id, id: createId(), text: 'How is our pipeline?' })
    const { turnId } = await socket.next('message-ack')
    let trace: TurnTrace | undefined
    await until(async () => {
      trace = TurnTrace.parse(JSON.parse(await (await call(`/api/turns/${turnId}/trace`)).text()))
      return trace.state === 'kept'
    }, 'it is stored')
    return trace?.traceId ?? ''
  }
  const [first, second] = [await traceOf(), await traceOf()]
  for (const traceId of [first, second]) assert.match(traceId, /^[0-9a-f]{32}$/)
  assert.equal(new Set([first, second, 'c'.repeat(32)]).size, 3)
  socket.send({ type: 'message-send', conversationId: createId(), id: createId(), text: 'x', traceparent: member })
  assert.equal((await socket.next('error')).code, 'INVALID_INPUT')
})

test('a backend that hangs or is gone touches no answer', async () => {
  for (const manner of ['silent', 'gone'] as const) {
    if (manner === 'gone') receiver.close()
    else receiver.behave('silent')
    const begunMs = performance.now()
    await askAndRead()
    assert.ok(performance.now() - begunMs < 8000, manner)
    assert.equal((await call('/readyz')).status, 200)
  }
})
