import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SophiaError } from '#domain/errors.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { withCorrelation } from '../log/correlation.ts'
import {
  contextForLater,
  inSpan,
  noteWait,
  outgoingCarrier,
  outgoingContext,
  startSpan,
  traceFetch,
  withoutSpan,
} from './in-span.ts'
import { endSpan, noteOn, type Span, type Trace } from './span.ts'
import { readTraceContext, toCarrier } from './trace-context.ts'
import { createTracing } from './tracing.ts'

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

function collect() {
  const taken: Trace[] = []
  return { taken, exports: { take: (trace: Trace) => void taken.push(trace), close: () => Promise.resolve() } }
}

function under<Result>(span: Span | undefined, work: () => Result): Result {
  return withCorrelation({ correlationId: 'test-1234', span }, work)
}

test('where a trace comes from is read as W3C says, and anything else begins a new one', () => {
  const read = readTraceContext({ traceparent: PARENT, tracestate: 'vendor=abc, other=1' })
  assert.deepEqual(read, {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    isSampled: true,
    state: 'vendor=abc,other=1',
  })
  assert.deepEqual(read && toCarrier(read), { traceparent: PARENT, tracestate: 'vendor=abc,other=1' })
  for (const traceparent of [
    undefined,
    '',
    'nonsense',
    PARENT.toUpperCase(),
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    `${PARENT}-more`,
    `${PARENT}${'-'.repeat(300)}`,
    [PARENT],
  ])
    assert.equal(readTraceContext({ traceparent }), undefined, String(traceparent))
})

test('steps hang under the step at hand, have the times of the clock, and fail by a code and never by words', async () => {
  const clock = createManualClock()
  const { taken, exports } = collect()
  const tracing = createTracing({ clock, exports })
  const root = tracing.begin({ kind: 'turn', name: 'whole' })
  await under(root, async () => {
    await inSpan({ kind: 'tool', name: 'outer' }, async (outer) => {
      clock.advance(5)
      await inSpan({ kind: 'sql', name: 'inner' }, () => Promise.resolve(clock.advance(7)))
      noteOn(outer, { 'sophia.rows': 3 })
    })
    const failing = inSpan({ kind: 'model', name: 'failing' }, () =>
      Promise.reject(new SophiaError('MODEL_TIMEOUT', { detail: 'Kim said: secret words' })),
    )
    await assert.rejects(failing)
    const odd = inSpan({ kind: 'model', name: 'odd' }, () => Promise.reject(new TypeError('Kim said')))
    await assert.rejects(odd)
    noteWait({ kind: 'sql', name: 'wait' }, 4)
    await withoutSpan(() => inSpan({ kind: 'sql', name: 'unseen' }, () => Promise.resolve()))
  })
  assert.ok(root)
  tracing.end(root, { isSlow: false, isCallerKnown: true })
  const told = taken[0]?.spans.map(({ name, parent, startMs, endMs, failure }) => [
    name,
    parent?.name ?? null,
    startMs - root.startMs,
    (endMs ?? NaN) - startMs,
    failure,
  ])
  assert.deepEqual(told, [
    ['whole', null, 0, 12, null],
    ['outer', 'whole', 0, 12, null],
    ['inner', 'outer', 5, 7, null],
    ['failing', 'whole', 12, 0, 'MODEL_TIMEOUT'],
    ['odd', 'whole', 12, 0, 'TypeError'],
    ['wait', 'whole', 8, 4, null],
  ])
  assert.deepEqual(taken[0]?.spans[1]?.attributes, { 'sophia.rows': 3 })
})

test('a trace without end is bounded, and one that is over takes nothing more', async () => {
  const clock = createManualClock()
  const { taken, exports } = collect()
  const tracing = createTracing({ clock, exports })
  const root = tracing.begin({ kind: 'turn', name: 'whole' })
  assert.ok(root)
  let open: Span | undefined
  under(root, () => {
    for (let step = 0; step < 1000; step += 1) endSpan(startSpan({ kind: 'sql', name: 'step' }))
    open = root.trace.spans.at(-1)
  })
  tracing.end(root, { isSlow: false, isCallerKnown: true })
  assert.equal(root.trace.spans.length, 400)
  assert.equal(root.trace.leftOut, 601)
  assert.ok(open?.endMs !== null)
  const over = tracing.begin({ kind: 'turn', name: 'over' })
  assert.ok(over)
  const unended = under(over, () => startSpan({ kind: 'sql', name: 'goes on' }))
  clock.advance(3)
  tracing.end(over, { isSlow: false, isCallerKnown: true })
  assert.equal((unended?.endMs ?? 0) - over.startMs, 3, 'cut off with the whole')
  under(over, () => assert.equal(startSpan({ kind: 'sql', name: 'late' }), undefined))
  tracing.end(root, { isSlow: true, isCallerKnown: true })
  assert.equal(taken.length, 2, 'each sent once')
  assert.equal(await inSpan({ kind: 'sql', name: 'outside of any' }, (span) => Promise.resolve(span)), undefined)
})

test('who is called is told of our own step when traces are sent, else of what the caller told, unchanged, or of nothing', async () => {
  const clock = createManualClock()
  const remote = readTraceContext({ traceparent: PARENT.replace(/01$/, '00'), tracestate: 'vendor=abc' })
  const sending = createTracing({ clock, ...collect() })
  const root = sending.begin({ kind: 'turn', name: 'whole', parent: remote ?? null })
  assert.equal(root?.trace.traceId, remote?.traceId)
  const own = withCorrelation({ correlationId: 'x', span: root, remote }, outgoingContext)
  assert.equal(own?.traceId, remote?.traceId)
  assert.notEqual(own?.spanId, remote?.spanId)
  assert.deepEqual([own?.isSampled, own?.state], [true, 'vendor=abc'])

  const later = withCorrelation({ correlationId: 'x', span: root, remote }, contextForLater)
  assert.deepEqual(later, { ...own, isSampled: false }, 'only a caller outside has it recorded')

  const quiet = createTracing({ clock })
  const unsent = quiet.begin({ kind: 'turn', name: 'whole', parent: remote ?? null })
  const handedOn = withCorrelation({ correlationId: 'x', span: unsent, remote }, outgoingContext)
  assert.deepEqual(handedOn, remote)
  assert.deepEqual(withCorrelation({ correlationId: 'x', span: unsent }, outgoingCarrier), {})

  const seen: RequestInit['headers'][] = []
  const send = traceFetch((_input, init) => (seen.push(init?.headers), Promise.resolve(new Response())))
  await withCorrelation({ correlationId: 'x', span: root, remote }, () =>
    send('http://127.0.0.1/', { headers: { authorization: 'Bearer x' } }),
  )
  await send('http://127.0.0.1/', { headers: { authorization: 'Bearer x' } })
  const first = new Headers(seen[0])
  assert.deepEqual(Object.keys(Object.fromEntries(first)), ['authorization', 'traceparent', 'tracestate'])
  assert.deepEqual(seen[1], { authorization: 'Bearer x' })
})

test('of traces that nothing is wrong with a share is sent; errors, slow ones and those a known caller records always', () => {
  const clock = createManualClock()
  const { taken, exports } = collect()
  const tracing = createTracing({ clock, exports, share: 0 })
  const sampled = readTraceContext({ traceparent: PARENT })
  const run = (
    name: string,
    how: { fails?: boolean; isSlow?: boolean; parent?: typeof sampled; isCallerKnown?: boolean },
  ): void => {
    const root = tracing.begin({ kind: 'request', name, parent: how.parent ?? null })
    under(root, () => endSpan(startSpan({ kind: 'model', name: 'step' }), how.fails ? new Error('x') : undefined))
    if (root) tracing.end(root, { isSlow: how.isSlow === true, isCallerKnown: how.isCallerKnown !== false })
  }
  run('plain', {})
  run('failing', { fails: true })
  run('slow', { isSlow: true })
  run('asked for', { parent: sampled })
  run('asked for by a stranger', { parent: sampled, isCallerKnown: false })
  assert.deepEqual(
    taken.map(({ spans }) => spans[0]?.name),
    ['failing', 'slow', 'asked for'],
  )
})
