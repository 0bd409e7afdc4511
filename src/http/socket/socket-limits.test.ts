import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { CLOSE } from '#contract/socket-frames.ts'
import { createAdaptiveLimit } from '#domain/overload/adaptive-limit.ts'
import type { Principal } from '#domain/permission.ts'
import { addMember, newMessage } from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openSocketDoors, QUIET_TOPICS } from '../../../test/support/socket-doors.ts'
import { createSteppedClock } from '../../../test/support/stepped-clock.ts'
import { until } from '../../../test/support/until.ts'
import { createAdmissionGate } from '../admission-gate.ts'
import type { SocketLimits } from './socket-door.ts'
import { DEFAULT_SOCKET_LIMITS, type SocketNeeds } from './socket-state.ts'

const { database } = await openTestDatabase({ poolMax: 5 })
const ann = await addMember(database, 'ann')
const FED_BYTES = 10_000

/** Doors whose time goes on only when told. */
async function openStill(
  t: TestContext,
  limits: Partial<SocketLimits> = {},
  { answer = '', ...needs }: Partial<SocketNeeds> & { readonly answer?: string } = {},
) {
  const clock = createSteppedClock()
  const tokens = new Map([['ann', ann]])
  const doors = await openSocketDoors(t, { database, tokens, clock, limits, needs, answer })
  const drain = doors.door.drain
  // What waits for the end of a drain waits on the clock as well.
  Object.assign(doors.door, {
    drain: async () => {
      const drained = drain()
      await clock.advance(5000)
      await drained
    },
  })
  return { ...doors, clock, tokens }
}

test('a half-open connection is found within 45 s; one that answers the heartbeat stays', async (t) => {
  const { connect, door, clock } = await openStill(t)
  const [living, frozen] = [connect('ann'), connect('ann')]
  for (const one of [living, frozen]) await one.next('welcome')
  frozen.freeze()
  for (let second = 1; second <= 45; second += 1) {
    const pings = living.pings()
    await clock.advance(1000)
    // The heartbeat is answered in real time: its pong must be in before time goes on.
    if (second % 15 === 0) await until(() => living.pings() > pings, 'the heartbeat comes')
    if (second % 15 === 0) await living.ping()
  }
  assert.equal(door.connections(), 1)
  assert.equal(living.isOpen(), true)
})

test('who follows an answer is asked every 3 s whether the line lives, until the answer ends', async (t) => {
  const { connect, house, clock } = await openStill(t, {}, { answer: 'A long answer. '.repeat(300) })
  const client = connect('ann')
  await client.next('welcome')
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const { turnId } = await house.postMessage(ann, { conversationId: id, message: newMessage() })
  client.send({ type: 'turn-subscribe', turnId })
  await client.next('turn-event')
  for (let count = 1; count <= 3; count += 1) {
    for (let second = 1; second <= 3; second += 1) await clock.advance(1000)
    await until(() => client.pings() === count, `ping ${count} comes`)
  }
  await house.cancelTurn(ann, turnId)
  await until(
    () => client.frames.some((frame) => frame.type === 'turn-event' && frame.event.type === 'turn-end'),
    'its end',
  )
  await clock.advance(5000)
  await client.ping()
  assert.equal(client.pings(), 3)
})

test('a client learns that the line lives: its ping is answered', async (t) => {
  const { connect } = await openStill(t)
  const client = connect('ann')
  assert.equal((await client.next('welcome')).heartbeatSeconds, 15)
  client.send({ type: 'ping' })
  await client.next('pong')
})

/** A member who listens to a topic and takes nothing of it, told more and more until the server has enough. */
async function overfeed(t: TestContext) {
  const listeners: ((data: unknown) => void)[] = []
  const hear = (_one: Principal, told: (data: unknown) => void) => (listeners.push(told), () => void listeners.pop())
  const health = { action: 'self:read' as const, hear }
  const { connect, door, clock, server } = await openStill(t, {}, { topics: { ...QUIET_TOPICS, health } })
  const line = once(server, 'connection')
  const slow = connect('ann')
  await slow.next('welcome')
  const [socket]: Socket[] = await line
  assert.ok(socket)
  slow.send({ type: 'topic-subscribe', topic: 'health' })
  await until(() => listeners.length > 0, 'it listens')
  slow.freeze()
  let mostWaiting = 0
  // What the system itself keeps for the line comes on top.
  for (let count = 0; count < 3000 && listeners.length > 0; count += 1) {
    listeners[0]?.('x'.repeat(FED_BYTES))
    mostWaiting = Math.max(mostWaiting, socket.writableLength)
    if (count % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(listeners.length, 0, 'nothing more is told')
  return { slow, door, clock, mostWaiting }
}

test('who takes nothing until a megabyte waits is closed with 1013; no more than that and one frame ever waits', async (t) => {
  const { slow, door, mostWaiting } = await overfeed(t)
  const { maxBufferedBytes } = DEFAULT_SOCKET_LIMITS
  assert.ok(mostWaiting > maxBufferedBytes, `${mostWaiting} bytes`)
  assert.ok(mostWaiting < maxBufferedBytes + FED_BYTES + 1000, `${mostWaiting} bytes`)
  slow.thaw()
  assert.equal(await slow.closed, CLOSE.overCapacity)
  await until(() => door.connections() === 0, 'it has gone')
})

test('who does not even take the farewell is cut a second later', async (t) => {
  const { door, clock } = await overfeed(t)
  await clock.advance(900)
  assert.equal(door.connections(), 1)
  await clock.advance(100)
  await until(() => door.connections() === 0, 'it is cut')
})

test('frames are limited over all connections of a member; who does not stop is closed with 1008', async (t) => {
  const { connect, clock } = await openStill(t, { frameBurst: 6, framesPerSecond: 2 })
  const [one, other] = [connect('ann'), connect('ann')]
  for (const socket of [one, other]) await socket.next('welcome')
  for (let count = 0; count < 3; count += 1) {
    one.send({ type: 'ping' })
    await one.next('pong')
    other.send({ type: 'ping' })
    await other.next('pong')
  }
  other.send({ type: 'ping' })
  assert.equal((await other.next('error')).code, 'RATE_LIMITED')
  await clock.advance(1000)
  one.send({ type: 'ping' })
  await one.next('pong')
  for (let count = 0; count < 300; count += 1) other.send({ type: 'ping' })
  assert.equal(await other.closed, 1008)
  assert.equal(one.isOpen(), true)
})

test('who has not said who they are gets ten seconds, few frames, and no more company than there is room for', async (t) => {
  const { connect, clock } = await openStill(t, { strangers: 1 })
  const stranger = connect()
  await stranger.opened
  assert.equal(await connect().closed, 1013)
  for (let count = 0; count < 25; count += 1) stranger.sendText('{')
  await until(() => stranger.frames.some((one) => one.type === 'error' && one.code === 'RATE_LIMITED'), 'it is limited')
  await clock.advance(11_000)
  assert.equal(await stranger.closed, 4401)
})

test('nothing is compressed: the server offers no extension', async (t) => {
  const { connect } = await openStill(t)
  const client = connect('ann')
  await client.next('welcome')
  assert.equal(client.extensions(), '')
})

test('a connection whose rights are gone is closed: 4401 signed out, 1008 when what it follows is not permitted any more', async (t) => {
  const { connect, credentials, tokens, clock } = await openStill(t)
  const [idle, follows] = [connect('ann'), connect('ann')]
  for (const one of [idle, follows]) await one.next('welcome')
  follows.send({ type: 'topic-subscribe', topic: 'conversations' })
  follows.send({ type: 'ping' })
  await follows.next('pong')
  tokens.set('ann', { ...ann, role: 'viewer' })
  credentials.lookNow()
  await clock.advance(300)
  assert.equal(await follows.closed, 1008)
  assert.equal(idle.isOpen(), true)
  tokens.delete('ann')
  await clock.advance(5000)
  assert.equal(await idle.closed, 4401)
})

test('a storm is absorbed: so many are looked up at once, the rest is told to come back before it costs a look', async (t) => {
  const clock = createSteppedClock()
  const most = 4
  const gate = createAdmissionGate({
    clock,
    log: pino({ level: 'silent' }),
    limit: createAdaptiveLimit({ least: most, start: most, most }),
  })
  let looks = 0
  const open = Promise.withResolvers<void>()
  const fromHeaders = async (): Promise<Principal> => {
    looks += 1
    await open.promise
    return ann
  }
  const { connect } = await openStill(t, { socketsPerMember: 100 }, { gate, fromHeaders })
  const refusals: { readonly status: number; readonly retryAfter: number }[] = []
  const storm = Array.from({ length: 60 }, () => connect('ann'))
  for (const one of storm) void one.refusal.then((refusal) => refusals.push(refusal))
  // As many again as are looked up may wait for a moment.
  await until(() => refusals.length >= storm.length - 2 * most, 'the rest is refused')
  assert.ok(looks <= most, `${looks} looks`)
  assert.ok(refusals.every(({ status, retryAfter }) => status === 503 && retryAfter >= 1 && retryAfter <= 10))
  assert.ok(new Set(refusals.map(({ retryAfter }) => retryAfter)).size > 1, 'not all at the same moment')
  open.resolve()
  await until(() => storm.filter((one) => one.isOpen()).length + refusals.length === storm.length, 'all know')
  assert.ok(storm.filter((one) => one.isOpen()).length >= most)
  const again = connect('ann')
  await again.next('welcome')
})
