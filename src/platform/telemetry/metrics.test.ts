import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { z } from 'zod'
import { MOST_VALUES, OTHER } from './metric-maker.ts'
import { createMetrics, watchJobs } from './metrics.ts'

const Labelled = z.object({ name: z.string(), labelNames: z.array(z.string()) })

test('every label of every metric has a bound', () => {
  for (const metric of Object.values(createMetrics())) {
    const parsed = Labelled.safeParse(metric)
    for (const label of parsed.success ? parsed.data.labelNames : [])
      assert.ok(Object.hasOwn(MOST_VALUES, label), `${parsed.data?.name} {${label}}`)
  }
})

test('ten thousand values of a label make no more series than its bound; what is past it is still counted', async () => {
  const metrics = createMetrics()
  for (let n = 0; n < 10_000; n += 1) {
    metrics.modelRequests.inc({ provider: 'openai', model: `model-${n}`, status: 'ok' })
    metrics.mcpState.set({ server: `server-${n}`, state: 'healthy' }, 1)
    metrics.httpDuration.observe({ method: 'GET', route: `/r/${n}`, status: '200' }, 0.01)
  }
  const { values: requests } = await metrics.modelRequests.get()
  assert.equal(requests.length, MOST_VALUES.model + 1)
  assert.equal(requests.find(({ labels }) => labels.model === OTHER)?.value, 10_000 - MOST_VALUES.model)
  assert.equal((await metrics.mcpState.get()).values.length, MOST_VALUES.server + 1)
  const buckets = (await metrics.httpDuration.get()).values.filter(({ metricName }) => metricName?.endsWith('_count'))
  assert.equal(buckets.length, MOST_VALUES.route + 1)
})

test('a value that came before the bound was reached keeps its name', async () => {
  const metrics = createMetrics()
  for (let n = 0; n < 200; n += 1) metrics.modelRequests.inc({ provider: 'x', model: `model-${n}`, status: 'ok' })
  metrics.modelRequests.inc({ provider: 'x', model: 'model-0', status: 'ok' })
  const { values } = await metrics.modelRequests.get()
  assert.equal(values.find(({ labels }) => labels.model === 'model-0')?.value, 2)
})

test('metrics without labels, and gauges that go up and down, are told as they are', async () => {
  const metrics = createMetrics()
  metrics.takeovers.inc()
  metrics.turnsActive.inc()
  metrics.turnsActive.inc(2)
  metrics.turnsActive.dec()
  metrics.firstToken.observe(0.2)
  const text = await metrics.registry.metrics()
  assert.match(text, /^sophia_turn_takeovers_total 1$/m)
  assert.match(text, /^sophia_turns_active 2$/m)
  assert.match(text, /^sophia_first_token_seconds_count 1$/m)
  assert.match(text, /^sophia_memory_used_ratio 0\.\d+/m)
  assert.match(text, /^sophia_slo_events_total\{slo="errors",result="bad"\} 0$/m)
})

test('a gauge that is told anew has room for as many as there are, however many there were', async () => {
  const metrics = createMetrics()
  for (let round = 0; round < 50; round += 1) {
    metrics.mcpState.reset()
    for (let n = 0; n < MOST_VALUES.server; n += 1)
      metrics.mcpState.set({ server: `server-${round}-${n}`, state: 'healthy' }, 1)
  }
  const { values } = await metrics.mcpState.get()
  assert.equal(values.length, MOST_VALUES.server)
  assert.ok(values.every(({ labels }) => labels.server?.toString().startsWith('server-49-')))
})

test('names that came past the bound are not kept: a million of them take no memory', () => {
  const { modelRequests } = createMetrics()
  const tell = (n: number): void => modelRequests.inc({ provider: 'x', model: `model-${n}`, status: 'ok' })
  for (let n = 0; n < 1000; n += 1) tell(n)
  const before = heapInUse()
  for (let n = 0; n < 1_000_000; n += 1) tell(n)
  // A set of so many names takes some sixty megabytes.
  assert.ok(heapInUse() - before < 10_000_000)
})

function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  assert.ok(typeof collect === 'function')
  collect()
  return process.memoryUsage().heapUsed
}

test('calls of models are told apart from a tenth of a second to two minutes', async () => {
  const metrics = createMetrics()
  metrics.modelDuration.observe({ provider: 'openai' }, 25)
  const text = await metrics.registry.metrics()
  const bounds = [...text.matchAll(/^sophia_model_request_duration_seconds_bucket\{le="([^"]+)"/gm)].map(([, le]) => le)
  assert.deepEqual([bounds[0], ...bounds.slice(-2)], ['0.1', '120', '+Inf'])
  assert.match(text, /seconds_bucket\{le="20",provider="openai"\} 0\n.*le="30",provider="openai"\} 1\n/)
})

test('queues are told as they were last seen; of what is not known nothing is told', async () => {
  const metrics = createMetrics()
  let seen: ReadonlyMap<string, number> | null = new Map([
    ['backup', 0],
    ['briefing-send', 7],
  ])
  watchJobs(metrics, () => seen)
  assert.match(await metrics.registry.metrics(), /^sophia_jobs_waiting\{queue="backup"\} 0\n.*"briefing-send"\} 7$/m)
  seen = null
  assert.doesNotMatch(await metrics.registry.metrics(), /^sophia_jobs_waiting\{/m)
})
