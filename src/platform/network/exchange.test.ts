import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { AnswerTooLarge } from './exchange.ts'
import { createGuardedClient } from './guarded-client.ts'

const LIMIT_BYTES = 1000
let answer: (response: ServerResponse, body: string) => void = (response) => response.end()
let connections = 0
const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (part: string) => (body += part))
  request.on('end', () =>
    answer(response, `${request.headers['user-agent']} ${String(request.headers['x-own'])} ${body}`),
  )
})
server.on('connection', () => (connections += 1))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
// A listening TCP server has an AddressInfo.
const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
const client = createGuardedClient({ allowPrivate: [host] })
after(async () => {
  await client.close()
  server.closeAllConnections()
  server.close()
})

function post(body: string, signal?: AbortSignal): Promise<Response> {
  const init = { method: 'POST', body, headers: { 'X-Own': 'mine' }, ...(signal ? { signal } : {}) }
  return client.exchange(LIMIT_BYTES)(`http://${host}/there`, init)
}

test('what is posted and answered comes over whole, with headers, status and address', async () => {
  answer = (response, body) => {
    response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
    response.write(JSON.stringify({ got: body }).slice(0, 5))
    response.end(JSON.stringify({ got: body }).slice(5))
  }
  const response = await post('{"ä":1}')
  assert.deepEqual([response.status, response.url], [201, `http://${host}/there`])
  assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
  assert.deepEqual(await response.json(), { got: 'sophia mine {"ä":1}' })
})

test('an answer without a body has none', async () => {
  answer = (response) => response.writeHead(204).end()
  const response = await post('{}')
  assert.deepEqual([response.status, response.body], [204, null])
})

test('a whole answer that is too long is not taken in, declared or not, and the next call is well', async () => {
  for (const isDeclared of [true, false]) {
    answer = (response) => {
      const body = 'x'.repeat(LIMIT_BYTES + 1)
      response.writeHead(200, isDeclared ? { 'content-length': body.length } : {}).end(body)
    }
    await assert.rejects(post('{}'), AnswerTooLarge)
  }
  answer = (response) => response.end('x'.repeat(LIMIT_BYTES))
  assert.equal((await (await post('{}')).text()).length, LIMIT_BYTES)
})

test('events are handed on as they come, without an end', async () => {
  let open: ServerResponse | undefined
  answer = (response) => {
    open = response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
  }
  const leave = new AbortController()
  const response = await post('{}', leave.signal)
  const reader = response.body?.getReader()
  assert.equal(new TextDecoder().decode((await reader?.read())?.value), 'data: 1\n\n')
  open?.write('data: 2\n\n')
  assert.equal(new TextDecoder().decode((await reader?.read())?.value), 'data: 2\n\n')
  const closed = new Promise((resolve) => open?.once('close', resolve))
  leave.abort()
  await closed
})

test('calls after one another share their connection, and one that is given up ends at once', async () => {
  answer = (response) => response.end('{}')
  await post('{}')
  const before = connections
  for (let call = 0; call < 10; call += 1) await (await post('{}')).text()
  // One more may be opened while the first is still being freed.
  assert.ok(connections <= before + 1, `${connections - before} more`)
  answer = () => undefined
  const leave = new AbortController()
  const waiting = post('{}', leave.signal)
  leave.abort(new Error('gone'))
  await assert.rejects(waiting, /gone/)
})
