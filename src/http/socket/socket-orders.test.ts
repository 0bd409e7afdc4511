import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import { createAdaptiveLimit } from '#domain/overload/adaptive-limit.ts'
import { sql } from '#platform/postgres/sql.ts'
import { addMember, newMessage } from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openSocketDoors, QUIET_TOPICS } from '../../../test/support/socket-doors.ts'
import { createSteppedClock } from '../../../test/support/stepped-clock.ts'
import { until } from '../../../test/support/until.ts'
import { createAdmissionGate } from '../admission-gate.ts'
import type { SocketNeeds } from './socket-state.ts'

const { database } = await openTestDatabase({ poolMax: 10 })
const ann = await addMember(database, 'ann')

async function openDoors(t: TestContext, needs: Partial<SocketNeeds> = {}) {
  const doors = await openSocketDoors(t, { database, tokens: new Map([['ann', ann]]), needs })
  const openConversation = async (): Promise<string> =>
    (await doors.house.createConversation(ann, { persona: 'marcus' })).id
  const client = doors.connect('ann')
  await client.next('welcome')
  return { ...doors, client, openConversation }
}

/** Nothing is written into the conversation until it is let go, as when its row is busy. */
async function holdBack(t: TestContext, conversationId: string): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>()
  const letGo = Promise.withResolvers<void>()
  const holding = database.inTransaction(async (handle) => {
    await handle.run(sql`select from conversations where id = ${conversationId} for update`)
    held.resolve()
    await letGo.promise
  })
  const release = async (): Promise<void> => (letGo.resolve(), holding)
  t.after(release)
  await held.promise
  return release
}

async function untilSomebodyWaits(): Promise<void> {
  const waiting = sql`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  const look = () => database.read((handle) => handle.rows(z.object({ pid: z.int() }), waiting))
  await until(async () => (await look()).length > 0, 'somebody waits for the conversation')
}

test('what is sent on one socket is stored in its order, also while the first has to wait', async (t) => {
  const { client, connect, openConversation } = await openDoors(t)
  const [busy, free] = [await openConversation(), await openConversation()]
  const release = await holdBack(t, busy)
  const [first, second, ofOther] = [newMessage(), newMessage(), newMessage()]
  client.send({ type: 'message-send', conversationId: busy, ...first })
  client.send({ type: 'message-send', conversationId: free, ...second })
  await untilSomebodyWaits()
  // Another socket is not held up, and goes ahead.
  const other = connect('ann')
  await other.next('welcome')
  other.send({ type: 'message-send', conversationId: free, ...ofOther })
  assert.deepEqual([(await other.next('message-ack')).seq, client.frames], [1, []])
  await release()
  const acks = [await client.next('message-ack'), await client.next('message-ack')]
  assert.deepEqual(
    acks.map(({ id }) => id),
    [first.id, second.id],
  )
})

test('one that is refused holds up none that follows', async (t) => {
  const { client, openConversation } = await openDoors(t)
  const [known, message] = [await openConversation(), newMessage()]
  client.send({ type: 'message-send', conversationId: newMessage().id, ...newMessage() })
  client.send({ type: 'message-send', conversationId: known, ...message })
  assert.equal((await client.next('error')).code, 'NOT_FOUND')
  assert.equal((await client.next('message-ack')).id, message.id)
})

test('a frame passes the gate that requests pass: when as much is done as can be, it is told when to come back', async (t) => {
  const gate = createAdmissionGate({
    clock: createSteppedClock(),
    log: pino({ level: 'silent' }),
    limit: createAdaptiveLimit({ least: 1, start: 1, most: 1 }),
  })
  const { client, openConversation, house } = await openDoors(t, { gate })
  const conversationId = await openConversation()
  const { turnId } = await house.postMessage(ann, { conversationId, message: newMessage() })
  const done = Promise.withResolvers<void>()
  // One at work, and one in line behind it.
  const others = [1, 2].map(() => gate.run({ kind: 'GET /api/me', rank: 'chat' }, () => done.promise))
  const message = newMessage()
  for (const [frame, id] of [
    [{ type: 'message-send', conversationId, ...message }, message.id],
    [{ type: 'turn-subscribe', turnId }, turnId],
    [{ type: 'turn-cancel', turnId }, turnId],
  ] as const) {
    client.send(frame)
    const { correlationId: _own, detail: _words, ...refusal } = await client.next('error')
    assert.deepEqual(refusal, { type: 'error', code: 'OVERLOADED', id, retryAfterSeconds: 2 })
  }
  client.send({ type: 'ping' })
  await client.next('pong')
  done.resolve()
  await Promise.all(others)
  client.send({ type: 'message-send', conversationId, ...message })
  assert.equal((await client.next('message-ack')).id, message.id)
})

test('when the database goes, what waits for it is answered at once, and what comes then before it waits', async (t) => {
  let outage = new AbortController()
  const { client, openConversation } = await openDoors(t, { outage: () => outage.signal })
  const conversationId = await openConversation()
  const release = await holdBack(t, conversationId)
  const [first, second] = [newMessage(), newMessage()]
  client.send({ type: 'message-send', conversationId, ...first })
  await untilSomebodyWaits()
  outage.abort()
  const told = await client.next('error')
  assert.deepEqual([told.code, told.id, told.retryAfterSeconds], ['DATABASE_UNAVAILABLE', first.id, 2])
  assert.match(told.detail, /may or may not be stored/)
  client.send({ type: 'message-send', conversationId, ...second })
  const refused = await client.next('error')
  assert.deepEqual([refused.code, refused.id, refused.retryAfterSeconds], ['DATABASE_UNAVAILABLE', second.id, 2])
  assert.doesNotMatch(refused.detail, /may or may not/)
  await release()
  outage = new AbortController()
  // What may have been stored was, and is stored once.
  client.send({ type: 'message-send', conversationId, ...first })
  assert.deepEqual((await client.next('message-ack')).seq, 1)
})

test('who says when it was last here is told of each topic that something may have been missed; who is new is not', async (t) => {
  const conversations = {
    action: 'conversation:use' as const,
    hear: () => () => undefined,
    missed: () => ({ conversationId: null }),
  }
  const { connect } = await openDoors(t, { topics: { ...QUIET_TOPICS, conversations } })
  const before = connect('ann')
  await before.next('welcome')
  for (const topic of ['conversations', 'health']) before.send({ type: 'topic-subscribe', topic })
  before.send({ type: 'ping' })
  await before.next('pong')
  assert.deepEqual(before.frames, [])
  const missed = { type: 'topic-event', topic: 'conversations', data: { conversationId: null } }
  // With a cookie the welcome does not wait for it.
  before.send({ type: 'hello', lastSeen: '2026-03-10T08:59:00.000Z' })
  before.send({ type: 'hello', lastSeen: '2026-03-10T08:59:00.000Z' })
  before.send({ type: 'ping' })
  await before.next('pong')
  assert.deepEqual(before.frames, [missed])
  const byToken = connect()
  await byToken.opened
  byToken.send({ type: 'hello', token: 'ann', lastSeen: '2026-03-10T08:59:00.000Z' })
  await byToken.next('welcome')
  for (const topic of ['conversations', 'health']) byToken.send({ type: 'topic-subscribe', topic })
  byToken.send({ type: 'ping' })
  await byToken.next('pong')
  assert.deepEqual(byToken.frames, [missed])
})

test('so many messages of one socket wait for their turn; one more is told to come back, and none of the others is lost', async (t) => {
  const { client, openConversation } = await openDoors(t)
  const busy = await openConversation()
  const release = await holdBack(t, busy)
  const first = newMessage()
  client.send({ type: 'message-send', conversationId: busy, ...first })
  await untilSomebodyWaits()
  const messages = Array.from({ length: 33 }, () => newMessage())
  for (const message of messages) client.send({ type: 'message-send', conversationId: busy, ...message })
  const refused = await client.next('error')
  assert.deepEqual([refused.code, refused.id, refused.retryAfterSeconds], ['RATE_LIMITED', messages.at(-1)?.id, 1])
  await release()
  assert.equal((await client.next('message-ack')).id, first.id)
  for (const { id } of messages.slice(0, 2)) {
    const frame = await client.next('message-ack')
    assert.equal(frame.id, id)
  }
})
