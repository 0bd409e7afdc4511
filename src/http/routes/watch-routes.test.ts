import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { OperationsReport } from '#contract/watch.ts'
import { watchRoutes } from '#http/routes/watch-routes.ts'
import { createTestAccess, signInOwner } from '../../../test/support/access-fixture.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { listenOnLoopback, openTestServer } from '../../../test/support/http-fixture.ts'
import { openWatchHouse } from '../../../test/support/watch-house.ts'

const { database } = await openTestDatabase()
const { access } = createTestAccess(database)
const owner = await signInOwner(access)
const { first, rounds } = await openWatchHouse()
const healthListeners = new Set<() => void>()
const drain = new AbortController()
const routes = watchRoutes({
  watch: first.watch,
  access,
  health: {
    onChange(listener) {
      healthListeners.add(listener)
      return () => void healthListeners.delete(listener)
    },
  },
  log: pino({ level: 'silent' }),
  drainSignal: drain.signal,
})
const address = await listenOnLoopback(openTestServer({ access, routes }))
const headers = { cookie: `sophia=${owner.sessionToken}` }

/** The types of events as they come, without what only shows that the line lives. */
async function* typesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  assert.ok(response.body)
  for await (const chunk of response.body)
    for (const [, type = ''] of decoder.decode(chunk as Uint8Array, { stream: true }).matchAll(/^event: (.+)$/gm))
      yield type
}

test('the stream tells each kind as it happens, and ends its listening with the reader or the drain', async () => {
  const gone = new AbortController()
  const response = await fetch(`${address}/api/operations/stream`, { headers, signal: gone.signal })
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const types = typesOf(response)
  const next = async (): Promise<string> => String((await types.next()).value)
  const heard = next()
  await rounds(1)
  // What fires is known with the first round, and its figures with the same.
  assert.deepEqual([await heard, await next()].toSorted(), ['alerts', 'round'])
  for (const listener of healthListeners) listener()
  assert.equal(await next(), 'health')
  first.metrics.componentState.set({ component: 'disk', state: 'degraded' }, 1)
  await rounds(1)
  assert.deepEqual([await next(), await next()].toSorted(), ['alerts', 'round'])
  assert.equal(healthListeners.size, 1)
  drain.abort()
  assert.equal((await types.next()).done, true)
  assert.equal(healthListeners.size, 0)
  gone.abort()
})

test('the report keeps to its contract, and a span that is none is refused', async () => {
  const answer = await fetch(`${address}/api/operations?hours=24`, { headers })
  const report = OperationsReport.parse(await answer.json())
  assert.equal(report.stepSeconds, 300)
  assert.equal(report.points.length, 1)
  assert.equal((await fetch(`${address}/api/operations?hours=0`, { headers })).status, 400)
  assert.equal((await fetch(`${address}/api/operations?hours=24`)).status, 401)
})
