import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { SophiaError } from '#domain/errors.ts'
import { systemClock } from '#platform/clock.ts'
import { createWebhook } from './create-webhook.ts'

const X = { id: 'x', text: 'x' }
const silent = pino({ level: 'silent' })

async function open(t: TestContext, listener: RequestListener, limitMs?: number) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A listening TCP server has an AddressInfo.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/canary`
  const webhook = createWebhook({ url, log: silent, clock: systemClock, ...(limitMs ? { limitMs } : {}) })
  t.after(async () => {
    await webhook.close()
    server.closeAllConnections()
    server.close()
  })
  return webhook
}

test('the text arrives as JSON with its id at the address that the operator set, inside or not', async (t) => {
  const bodies: unknown[] = []
  const ids: unknown[] = []
  const webhook = await open(t, async (request, response) => {
    const chunks = await request.toArray()
    ids.push(request.headers['webhook-id'])
    bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')))
    response.end('ok')
  })
  await webhook.post({ id: 'alert-7', text: '*Hello* "you" ✓' })
  assert.deepEqual([bodies, ids], [[{ text: '*Hello* "you" ✓' }], ['alert-7']])
})

test('a busy or broken receiver may be asked again; one that says no, or sends us elsewhere, may not', async (t) => {
  let status = 0
  const webhook = await open(t, (_request, response) => response.writeHead(status, { location: '/other' }).end('no'))
  for (const [answer, retryable] of [
    [429, true],
    [500, true],
    [503, true],
    [302, false],
    [400, false],
    [404, false],
    [410, false],
  ] as const) {
    status = answer
    await assert.rejects(webhook.post(X), { code: 'WEBHOOK_FAILED', retryable }, String(answer))
  }
})

test('a silent receiver is given up and may be asked again; the address stands nowhere in the fault', async (t) => {
  const webhook = await open(t, () => undefined, 50)
  const error: unknown = await webhook.post(X).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof SophiaError)
  assert.deepEqual([error.code, error.retryable], ['WEBHOOK_FAILED', true])
  assert.doesNotMatch([error.stack, error.cause instanceof Error ? error.cause.stack : ''].join(), /canary/)
})
