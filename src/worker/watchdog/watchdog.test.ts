import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createSteppedClock } from '../../../test/support/stepped-clock.ts'
import { probeServer } from './probe-server.ts'
import { watchServer, type Probed } from './watch-server.ts'

const SECOND = 1000

/** A server that goes down and comes back as told, watched on a clock that moves only when told. */
function watch(t: TestContext) {
  const clock = createSteppedClock()
  const leaving = new AbortController()
  t.after(() => leaving.abort())
  const told: { isDown: boolean; atMs: number }[] = []
  const probed: Probed[] = []
  const state = { isGood: true }
  // A server that hangs answers nothing until the limit of a probe.
  const probe = async () => {
    if (!state.isGood) await clock.sleep(2 * SECOND)
    return { isGood: state.isGood, detail: 'as told' }
  }
  const beganMs = clock.monotonicMs()
  void watchServer({
    clock,
    probe,
    signal: leaving.signal,
    onProbed: (one) => void probed.push(one),
    onChange: ({ isDown }) => void told.push({ isDown, atMs: clock.monotonicMs() - beganMs }),
  })
  return { clock, told, probed, state, leaving }
}

test('a server that hangs is told within 17 s, whenever it began, once; its end is told too', async (t) => {
  for (const beginsMs of [0, 1, 2499, 4999, 5000]) {
    const { clock, told, state, leaving } = watch(t)
    await clock.advance(20 * SECOND + beginsMs)
    state.isGood = false
    for (let second = 0; second < 60; second += 1) await clock.advance(SECOND)
    assert.deepEqual(
      told.map(({ isDown }) => isDown),
      [true],
    )
    const tookMs = (told[0]?.atMs ?? Infinity) - (20 * SECOND + beginsMs)
    assert.ok(tookMs <= 17 * SECOND, `${tookMs} ms`)
    state.isGood = true
    for (let second = 0; second < 10; second += 1) await clock.advance(SECOND)
    assert.deepEqual(
      told.map(({ isDown }) => isDown),
      [true, false],
    )
    leaving.abort()
  }
})

test('one probe that fails wakes nobody, and is counted', async (t) => {
  const { clock, told, probed, state } = watch(t)
  await clock.advance(2 * SECOND)
  state.isGood = false
  await clock.advance(6 * SECOND)
  state.isGood = true
  for (let second = 0; second < 20; second += 1) await clock.advance(SECOND)
  assert.deepEqual(told, [])
  assert.equal(probed.filter(({ isGood }) => !isGood).length, 1)
})

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  // A listening TCP server has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a probe over a real socket: ready, not ready with the part that is down, busy, silent, gone', async (t) => {
  let status = 200
  const database = { status: 'down', since: null, checkedAt: '2026-03-10T09:00:00.000Z', detail: 'refused' }
  const url = await serve(t, (request, response) => {
    assert.equal(request.url, '/readyz')
    response.writeHead(status).end(JSON.stringify({ status: 'x', checkedAt: null, components: { database } }))
  })
  assert.equal((await probeServer(url)).isGood, true)
  status = 429
  assert.equal((await probeServer(url)).isGood, true)
  status = 503
  assert.deepEqual(await probeServer(url), { isGood: false, detail: 'It is not ready: database is down (refused).' })
  const silent = await serve(t, () => undefined)
  assert.deepEqual(await probeServer(silent, 50), { isGood: false, detail: 'It does not answer within 0.05 s.' })
  assert.deepEqual(await probeServer('http://127.0.0.1:1'), { isGood: false, detail: 'Nobody answers.' })
})
