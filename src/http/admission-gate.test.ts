import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { createAdaptiveLimit } from '#domain/overload/adaptive-limit.ts'
import type { Principal } from '#domain/permission.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { until } from '../../test/support/until.ts'
import { createAdmissionGate } from './admission-gate.ts'
import type { Answered } from '#domain/objectives/judge.ts'
import { Problem } from '#contract/common.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import { placeOfRoute } from './place-of-route.ts'
import { defineRoute } from './route.ts'
import { createServer } from './server.ts'

const log = pino({ level: 'silent' })
const LEAST = { least: 2, start: 2, most: 2 }

/** A clock whose sleeps end when a test says how late it is. */
function createHandClock(): Clock & { advance(ms: number): Promise<void> } {
  let nowMs = 0
  const sleeping = new Set<{ untilMs: number; wake: () => void }>()
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms) =>
      new Promise((resolve) => {
        const one = { untilMs: nowMs + ms, wake: () => (sleeping.delete(one), resolve()) }
        sleeping.add(one)
      }),
    async advance(ms) {
      nowMs += ms
      for (const one of sleeping) if (one.untilMs <= nowMs) one.wake()
      await new Promise(setImmediate)
    },
  }
}

/** Work that ends when told. */
function createWork() {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string) => async (): Promise<string> => {
    begun.push(name)
    await new Promise<void>((resolve) => ends.set(name, resolve))
    return name
  }
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    await new Promise(setImmediate)
  }
  return { begun, work, end }
}

test('what finds no room waits by rank, and is refused after a moment', async () => {
  const clock = createHandClock()
  const refused: string[] = []
  const gate = createAdmissionGate({
    clock,
    log,
    limit: createAdaptiveLimit(LEAST),
    onRefused: (rank) => refused.push(rank),
  })
  const { begun, work, end } = createWork()
  const run = (name: string, rank: 'chat' | 'page' | 'background') => gate.run({ kind: 'x', rank }, work(name))
  const first = run('first', 'chat')
  const second = run('second', 'chat')
  const page = run('page', 'page')
  const chat = run('chat', 'chat')
  const late = assert.rejects(run('late', 'page'), { code: 'OVERLOADED', retryAfterSeconds: 2 })
  await new Promise(setImmediate)
  assert.deepEqual(begun, ['first', 'second'])
  assert.ok(gate.isShut('page') && !gate.isShut('chat'))
  await assert.rejects(run('too many', 'page'), { code: 'OVERLOADED' })
  await end('first')
  assert.deepEqual(begun, ['first', 'second', 'chat'])
  await end('second')
  await end('chat')
  assert.deepEqual(begun, ['first', 'second', 'chat', 'page'])
  await clock.advance(401)
  await late
  assert.deepEqual(refused, ['page', 'page'])
  assert.equal(gate.observe().state, 'degraded')
  await end('page')
  assert.deepEqual(await Promise.all([first, second, chat, page]), ['first', 'second', 'chat', 'page'])
  await clock.advance(10_000)
  assert.equal(gate.observe().state, 'ok')
})

test('work that fails leaves its room to the next, and long work holds none', async () => {
  const clock = createHandClock()
  const gate = createAdmissionGate({ clock, log, limit: createAdaptiveLimit(LEAST) })
  for (let count = 0; count < 5; count += 1)
    await assert.rejects(
      gate.run({ kind: 'x', rank: 'chat' }, () => Promise.reject(new Error('no'))),
      /no/,
    )
  const { begun, work, end } = createWork()
  const uploads = ['a', 'b', 'c'].map((name) => gate.pass('background', work(name)))
  await new Promise(setImmediate)
  assert.deepEqual(begun, ['a', 'b', 'c'])
  for (const name of ['a', 'b', 'c']) await end(name)
  await Promise.all(uploads)
})

test('over HTTP: a full house answers 503 with a time to come back, without asking who it is; monitors are let in', async (t) => {
  const gate = createAdmissionGate({ clock: createHandClock(), log, limit: createAdaptiveLimit(LEAST) })
  const { begun, work, end } = createWork()
  let asked = 0
  const metrics = createMetrics()
  const answered: Answered[] = []
  const answer = { response: z.object({ done: z.string() }) }
  const server = createServer({
    routes: [
      defineRoute(
        {
          method: 'GET',
          path: '/api/things/:name',
          summary: '',
          access: 'records:read',
          params: z.object({ name: z.string() }),
          ...answer,
        },
        async ({ params }) => ({ done: await work(params.name)() }),
      ),
      defineRoute({ method: 'GET', path: '/livez', summary: '', access: 'public', ...answer }, async () => ({
        done: 'alive',
      })),
    ],
    log,
    metrics,
    onAnswered: (one) => answered.push(one),
    authenticate: async () => {
      asked += 1
      // Only its role matters here.
      return { role: 'owner', allowedActions: null } as Principal
    },
    checkOrigin: () => undefined,
    admit: () => undefined,
    gate,
    trustedProxies: [],
  })
  t.after(() => {
    server.server.closeAllConnections()
    return server.close()
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const get = async (path: string, headers = {}) => fetch(`${url}${path}`, { headers })
  const answers = ['a', 'b', 'c'].map((name) => get(`/api/things/${name}`))
  await until(() => begun.length === 1 && gate.isShut('page'), 'one works, and no more may wait')
  const before = asked
  const refused = await get('/api/things/d?what=ever', { 'x-correlation-id': 'mine-to-find' })
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '2'])
  assert.equal(refused.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  const problem = Problem.parse(await refused.json())
  assert.deepEqual([problem.code, problem.status, problem.correlationId], ['OVERLOADED', 503, 'mine-to-find'])
  for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, 'x-correlation-id': 'mine-to-find' }))
    assert.equal(refused.headers.get(name), value)
  assert.equal(asked, before)
  assert.deepEqual(answered, [{ status: 503, ms: 0, isLong: false }])
  assert.match(
    await metrics.registry.metrics(),
    /http_request_duration_seconds_count\{method="GET",route="\/api\/things\/:name",status="503"\} 1/,
  )
  for (const path of ['/livez', '/api/nowhere', '/%zz']) assert.notEqual((await get(path)).status, 503, path)
  for (const name of ['a', 'b', 'c']) {
    await until(() => begun.includes(name), `${name} has begun`)
    await end(name)
  }
  for (const one of await Promise.all(answers)) assert.equal(one.status, 200)
})

test('answers to people come first, bulk and reports last; monitors and signing in are never kept out', () => {
  const place = (method: 'GET' | 'POST' | 'PUT', path: string, more: object = {}) =>
    placeOfRoute({ method, path, access: 'records:read', ...more })
  assert.deepEqual(place('POST', '/api/conversations/:id/messages'), { rank: 'chat', isLong: false })
  assert.deepEqual(place('GET', '/api/clients'), { rank: 'page', isLong: false })
  assert.deepEqual(place('GET', '/api/meetings'), { rank: 'page', isLong: false })
  assert.deepEqual(place('PUT', '/api/clients'), { rank: 'background', isLong: true })
  assert.deepEqual(place('POST', '/api/imports', { bodyKind: 'stream' }), { rank: 'background', isLong: true })
  assert.deepEqual(place('POST', '/api/mcp/tools/:name/call'), { rank: 'page', isLong: true })
  assert.equal(place('GET', '/livez', { access: 'public' }), null)
  assert.equal(place('POST', '/api/session', { access: 'public' }), null)
})
