import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Socket, connect as dial } from 'node:net'
import { Duplex } from 'node:stream'
import { IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'
import type { Principal } from '#domain/permission.ts'
import { addMember, newMessage } from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openSocketDoors, QUIET_TOPICS } from '../../../test/support/socket-doors.ts'
import { createSteppedClock } from '../../../test/support/stepped-clock.ts'
import { until } from '../../../test/support/until.ts'
import type { SocketLimits } from './socket-door.ts'
import type { SocketNeeds } from './socket-state.ts'
import { takeUpgrade } from './take-upgrade.ts'

const { database } = await openTestDatabase({ poolMax: 5 })
const ann = await addMember(database, 'ann')

/** Doors whose time goes on only when told. */
async function openStill(t: TestContext, limits: Partial<SocketLimits> = {}, needs: Partial<SocketNeeds> = {}) {
  const clock = createSteppedClock()
  const tokens = new Map([['ann', ann]])
  const doors = await openSocketDoors(t, { database, tokens, clock, limits, needs })
  const { drain } = doors.door
  // What waits for the end of a drain waits on the clock as well.
  Object.assign(doors.door, {
    drain: async () => {
      const drained = drain()
      await clock.advance(5000)
      await drained
    },
  })
  const count = (): Promise<number> =>
    new Promise((resolve) => doors.server.getConnections((_error, connections) => resolve(connections)))
  return { ...doors, clock, tokens, count }
}

/** Asks for an upgrade by hand, and from then on takes nothing, says nothing and never hangs up. */
async function openMute(t: TestContext, origin: string, path = '/api/ws'): Promise<Socket> {
  const { hostname, port } = new URL(origin)
  const socket = dial({ host: hostname, port: Number(port), allowHalfOpen: true })
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: sophia.test\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
      'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  return socket
}

test('a role that was taken away is gone although what is kept of the credential still has it', async (t) => {
  // As the cache of a process that heard nothing would say, whatever the database says.
  const { connect, house, credentials, tokens, clock } = await openStill(t, {}, { fromHeaders: async () => ann })
  const client = connect('ann')
  await client.next('welcome')
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  tokens.set('ann', { ...ann, role: 'viewer' })
  credentials.lookNow()
  await clock.advance(300)
  client.send({ type: 'message-send', conversationId: id, ...newMessage() })
  assert.equal((await client.next('error')).code, 'NOT_PERMITTED')
})

test('a connection that was cut is not obeyed any more, and is gone a second later though it never answers', async (t) => {
  let asked = 0
  const health = { action: 'self:read' as const, hear: () => ((asked += 1), () => undefined) }
  const { connect, door, credentials, tokens, clock } = await openStill(t, {}, { topics: { ...QUIET_TOPICS, health } })
  const [answers, silent] = [connect('ann'), connect('ann')]
  for (const one of [answers, silent]) {
    await one.next('welcome')
    one.freeze()
  }
  tokens.delete('ann')
  credentials.lookNow()
  await clock.advance(300)
  answers.send({ type: 'topic-subscribe', topic: 'health' })
  // Only now does it take the farewell; its answer comes behind what it said.
  answers.thaw()
  assert.equal(await answers.closed, 4401)
  await until(() => door.connections() === 1, 'the farewell is answered')
  assert.equal(asked, 0)
  await clock.advance(1000)
  await until(() => door.connections() === 0, 'the silent one is cut')
})

test('a stranger too many takes nobody their place, and is gone a second later', async (t) => {
  const { connect, door, origin, clock } = await openStill(t, { strangers: 1 })
  const first = connect()
  await first.opened
  await openMute(t, origin)
  await until(() => door.connections() === 2, 'it is in')
  first.close()
  await until(() => door.connections() === 1, 'the first has gone')
  const next = connect()
  await next.opened
  next.send({ type: 'hello', token: 'ann' })
  await next.next('welcome')
  await clock.advance(1000)
  await until(() => door.connections() === 1, 'the mute one is cut')
  assert.equal(next.isOpen(), true)
})

test('a refused upgrade is hung up by the server, whatever the other side does', async (t) => {
  const { origin, count } = await openStill(t)
  const refused = await openMute(t, origin, '/api/other')
  await once(refused, 'readable')
  await until(async () => (await count()) === 0, 'nothing of it is left')
})

test('a refusal that is not taken ends a second later', async () => {
  const clock = createSteppedClock()
  const socket = new Duplex({ read: () => undefined, write: () => undefined })
  const request = Object.assign(new IncomingMessage(new Socket()), { url: '/api/other' })
  const needs = { clock, checkOrigin: () => undefined, fromHeaders: async (): Promise<Principal | null> => null }
  assert.equal(await takeUpgrade({ needs, request, socket, isFull: () => false }), undefined)
  await clock.advance(900)
  assert.equal(socket.destroyed, false)
  await clock.advance(200)
  assert.equal(socket.destroyed, true)
})

test('an upgrade that was looked up while the drain began is refused', async (t) => {
  const looking = Promise.withResolvers<void>()
  const known = Promise.withResolvers<Principal>()
  const fromHeaders = (): Promise<Principal> => {
    looking.resolve()
    return known.promise
  }
  const { connect, door, count } = await openStill(t, {}, { fromHeaders })
  const late = connect('ann')
  await looking.promise
  await door.drain()
  known.resolve(ann)
  assert.equal(await Promise.race([late.refused, late.opened]), 503)
  await until(async () => (await count()) === 0, 'nothing of it is left')
})
