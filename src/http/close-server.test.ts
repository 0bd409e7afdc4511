import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createSteppedClock } from '../../test/support/stepped-clock.ts'
import { closeServer } from './close-server.ts'

/** A server with one connection on which something was sent, as by a balancer that keeps it open. */
async function serve(listener: RequestListener, sent: string) {
  const server = createServer({ keepAliveTimeout: 600_000 }, listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A listening TCP server has an AddressInfo.
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await Promise.all([once(server, 'connection'), once(socket, 'connect')])
  const got: string[] = []
  socket.on('data', (chunk: Buffer) => got.push(chunk.toString()))
  const clock = createSteppedClock()
  if (sent) {
    const asked = once(server, 'request')
    socket.write(sent)
    await asked
  }
  let isClosed = false
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  const closing = closeServer({ server, close }, clock).then(() => (isClosed = true))
  return { clock, socket, closing, got, isClosed: () => isClosed }
}

test('a connection that is at work when the server ends gets its answer, and ends with it although its client keeps it', async () => {
  const answered = Promise.withResolvers<void>()
  const { clock, socket, closing, got, isClosed } = await serve((_request, response) => {
    void answered.promise.then(() => response.end('the answer'))
  }, 'GET / HTTP/1.1\r\nhost: sophia\r\n\r\n')
  await clock.advance(1000)
  assert.equal(isClosed(), false)
  const over = once(socket, 'close')
  answered.resolve()
  await once(socket, 'data')
  await clock.advance(1000)
  await Promise.all([over, closing])
  assert.match(got.join(''), /the answer/)
})

test('who opened a connection and says nothing is cut off after a while', async () => {
  const { clock, socket, closing, isClosed } = await serve(() => undefined, '')
  await clock.advance(7000)
  assert.equal(isClosed(), false)
  const over = once(socket, 'close')
  await clock.advance(2000)
  await Promise.all([over, closing])
})
