import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pino from 'pino'
import { openOtlpReceiver } from '../../../test/support/otlp-receiver.ts'
import { until } from '../../../test/support/until.ts'
import { systemClock as clock } from '../clock.ts'
import { Secret } from '../config/secret.ts'
import { withCorrelation } from '../log/correlation.ts'
import { inSpan } from './in-span.ts'
import { openOtlp } from './open-otlp.ts'
import { idOf } from './span.ts'
import { readTraceContext } from './trace-context.ts'
import { createTracing, type Tracing } from './tracing.ts'

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const log = pino({ level: 'silent' })

type Receiver = Awaited<ReturnType<typeof openOtlpReceiver>>

/** Sends what it gathers after 20 ms. */
function openExports(receiver: Pick<Receiver, 'endpoint'>, protocol: 'http/json' | 'http/protobuf' = 'http/json') {
  const counts = { exported: 0, dropped: 0, refused: 0 }
  const headers = new Secret('api-key=abc%20def,x-team=blue')
  const exports = openOtlp({
    tracing: { endpoint: receiver.endpoint, headers, protocol, share: 1 },
    version: '1.2.3',
    replica: 'here:8000',
    log,
    onSpans: (result, count) => void (counts[result] += count),
    everyMs: 20,
  })
  after(() => exports.close())
  return { exports, counts, tracing: createTracing({ clock, exports }) }
}

/** A whole with so many steps, the last of which fails. */
async function record(tracing: Tracing, name: string, steps = 2): Promise<ReturnType<Tracing['begin']>> {
  const parent = readTraceContext({ traceparent: PARENT, tracestate: 'vendor=abc' }) ?? null
  const root = tracing.begin({
    kind: 'request',
    name,
    parent,
    attributes: { 'http.request.method': 'GET', flag: true },
  })
  await withCorrelation({ correlationId: 'x', span: root }, async () => {
    for (let step = 1; step < steps; step += 1)
      await inSpan({ kind: 'sql', name: `SELECT ${step}` }, async () => undefined)
    await inSpan({ kind: 'model', name: 'chat m', attributes: { 'gen_ai.usage.input_tokens': 7 } }, () =>
      Promise.reject(new RangeError('secret words')),
    ).catch(() => undefined)
  })
  if (root) tracing.end(root, { isSlow: false, isCallerKnown: true })
  return root
}

for (const protocol of ['http/json', 'http/protobuf'] as const) {
  test(`${protocol}: a backend gets every span whole, with the operator's headers`, async () => {
    const receiver = await openOtlpReceiver()
    const { exports, counts, tracing } = openExports(receiver, protocol)
    const root = await record(tracing, 'GET /x')
    const whole = await receiver.spanWhere(({ name }) => name === 'GET /x')
    const statement = await receiver.spanWhere(({ name }) => name === 'SELECT 1')
    const model = await receiver.spanWhere(({ name }) => name === 'chat m')
    assert.equal(whole.traceId, '4bf92f3577b34da6a3ce929d0e0e4736')
    assert.equal(whole.parentSpanId, '00f067aa0ba902b7')
    assert.equal(whole.spanId, root && idOf(root))
    assert.deepEqual([whole.kind, statement.kind, model.kind], [2, 3, 3])
    assert.deepEqual([statement.parentSpanId, model.parentSpanId], [whole.spanId, whole.spanId])
    assert.deepEqual(whole.attributes, { 'http.request.method': 'GET', flag: protocol === 'http/json' ? true : 1 })
    assert.deepEqual(statement.attributes, { 'db.system.name': 'postgresql', 'db.query.summary': 'SELECT 1' })
    assert.deepEqual([model.hasFailed, model.attributes['error.type']], [true, 'RangeError'])
    assert.equal(model.traceState, 'vendor=abc')
    assert.ok(whole.durationMs >= statement.durationMs + model.durationMs && whole.durationMs < 5000)
    const [request] = receiver.requests
    assert.equal(request?.path, '/v1/traces')
    assert.deepEqual([request?.headers['api-key'], request?.headers['x-team']], ['abc def', 'blue'])
    assert.ok(receiver.requests.every(({ body }) => !body.includes('secret words')))
    await exports.close()
    assert.deepEqual(counts, { exported: 3, dropped: 0, refused: 0 })
  })
}

for (const protocol of ['http/json', 'http/protobuf'] as const) {
  test(`${protocol}: a trace of its own says what it follows from, on its whole alone`, async () => {
    const receiver = await openOtlpReceiver()
    const { tracing } = openExports(receiver, protocol)
    const link = readTraceContext({ traceparent: PARENT })
    const root = tracing.begin({ kind: 'job', name: 'process briefing-send', link: link ?? null })
    await withCorrelation({ correlationId: 'x', span: root }, () =>
      inSpan({ kind: 'sql', name: 'SELECT 1' }, async () => undefined),
    )
    if (root) tracing.end(root, { isSlow: false, isCallerKnown: true })
    const whole = await receiver.spanWhere(({ name }) => name === 'process briefing-send')
    const step = await receiver.spanWhere(({ name }) => name === 'SELECT 1')
    assert.notEqual(whole.traceId, link?.traceId)
    assert.deepEqual([whole.parentSpanId, whole.kind], [null, 5])
    assert.deepEqual(whole.links, [{ traceId: link?.traceId, spanId: link?.spanId }])
    assert.deepEqual([step.traceId, step.parentSpanId, step.links], [whole.traceId, whole.spanId, []])
  })
}

test('a backend that is away or hangs costs nobody anything: what fits waits for it, the rest is dropped and counted', async () => {
  const receiver = await openOtlpReceiver()
  receiver.behave({ status: 503 })
  const { counts, tracing } = openExports(receiver)
  const begunMs = performance.now()
  for (let at = 0; at < 60; at += 1) await record(tracing, `GET /${at}`, 100)
  assert.ok(performance.now() - begunMs < 5000, 'nothing waited')
  await until(() => receiver.requests.length >= 2, 'it is asked again')
  // 4096 spans fit: forty traces of 101.
  assert.deepEqual(counts, { exported: 0, dropped: 20 * 101, refused: 0 })
  receiver.behave('well')
  await until(() => counts.exported === 40 * 101, 'what waited is sent')
  assert.equal(new Set(receiver.spans.map(({ spanId }) => spanId)).size, 40 * 101, 'each once')
})

test('what a backend refuses is not sent again, and a close does not wait for one that hangs', async () => {
  const receiver = await openOtlpReceiver()
  receiver.behave({ status: 400 })
  const refused = openExports(receiver)
  await record(refused.tracing, 'GET /refused')
  await until(() => refused.counts.refused === 3, 'they are counted')
  assert.equal(receiver.requests.length, 1)

  receiver.behave('silent')
  const { exports, counts, tracing } = openExports(receiver)
  await record(tracing, 'GET /hanging')
  await until(() => receiver.requests.length === 2, 'it holds what was sent')
  const begunMs = performance.now()
  await exports.close()
  const tookMs = performance.now() - begunMs
  assert.ok(tookMs < 3500, `${tookMs} ms`)
  assert.deepEqual(counts, { exported: 0, dropped: 3, refused: 0 })
})

test('what is there when Sophia closes is still sent, and a backend that is not there at all stops nothing', async () => {
  const receiver = await openOtlpReceiver()
  const { exports, counts, tracing } = openExports(receiver)
  await record(tracing, 'GET /last')
  await exports.close()
  assert.equal(counts.exported, 3)

  const gone = await openOtlpReceiver()
  gone.close()
  const away = openExports(gone)
  await record(away.tracing, 'GET /nowhere')
  await away.exports.close()
  assert.deepEqual(away.counts, { exported: 0, dropped: 3, refused: 0 })
})
