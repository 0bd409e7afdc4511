import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { EMPTY_TURN, assembleTurn } from '#contract/turn-assembly.ts'
import { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { ServerFrame } from '#contract/socket-frames.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { addMember, newMessage } from '../../../test/support/conversation-house.ts'
import { openSocketDoors } from '../../../test/support/socket-doors.ts'
import { until } from '../../../test/support/until.ts'
import { openTestSocket } from '../../../test/support/test-socket.ts'
import type { SocketLimits } from './socket-door.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const bob = await addMember(database, 'bob')
const ANSWER = 'An answer in many small pieces, so that there is something to resume. '.repeat(3)

async function openDoors(t: TestContext, limits: Partial<SocketLimits> = {}) {
  const tokens = new Map([
    ['ann', ann],
    ['bob', bob],
  ])
  return { tokens, ...(await openSocketDoors(t, { database, tokens, answer: ANSWER, limits })) }
}

test('hello by token, then send, subscribe, resume from a place: the whole answer arrives once', async (t) => {
  const { connect, house } = await openDoors(t)
  const first = connect()
  await first.opened
  first.send({ type: 'hello', token: 'ann' })
  assert.equal((await first.next('welcome')).memberId, ann.memberId)
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const message = newMessage()
  first.send({ type: 'topic-subscribe', topic: 'conversations' })
  first.send({ type: 'message-send', conversationId: id, ...message })
  const ack = await first.next('message-ack')
  assert.deepEqual([ack.id, ack.seq], [message.id, 1])
  assert.deepEqual((await first.next('topic-event')).data, { conversationId: id })
  first.send({ type: 'turn-subscribe', turnId: ack.turnId })
  let turn = EMPTY_TURN
  const take = (frame: Extract<ServerFrame, { type: 'turn-event' }>): void => {
    const { type: _type, ...placed } = frame
    turn = assembleTurn(turn, placed)
  }
  for (let count = 0; count < 3; count += 1) take(await first.next('turn-event'))
  first.close()
  const second = connect('ann')
  await second.next('welcome')
  second.send({ type: 'turn-subscribe', turnId: ack.turnId, after: `${turn.attempt}.${turn.n}` })
  while (!turn.end) take(await second.next('turn-event'))
  assert.equal(turn.text, ANSWER)
  second.send({ type: 'ping' })
  await second.next('pong')
  second.close()
})

test("another member's turn and conversation are as absent as unknown ones (S01, S02)", async (t) => {
  const { connect, house } = await openDoors(t)
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const { turnId } = await house.postMessage(ann, { conversationId: id, message: newMessage() })
  const bobs = connect('bob')
  await bobs.next('welcome')
  for (const [conversation, turn] of [
    [id, turnId],
    [createId(), createId()],
  ] as const) {
    bobs.send({ type: 'turn-subscribe', turnId: turn })
    assert.equal((await bobs.next('error')).code, 'NOT_FOUND')
    bobs.send({ type: 'turn-cancel', turnId: turn })
    assert.equal((await bobs.next('error')).code, 'NOT_FOUND')
    bobs.send({ type: 'message-send', conversationId: conversation, ...newMessage() })
    assert.equal((await bobs.next('error')).code, 'NOT_FOUND')
  }
  bobs.close()
})

test('a cookie from another site is refused at the upgrade (S20); so is any other path', async (t) => {
  const { origin } = await openDoors(t)
  assert.equal(await openTestSocket(origin, { cookie: 'sophia=ann', origin: 'https://evil.example' }).refused, 403)
  assert.equal(await openTestSocket(origin, { cookie: 'sophia=ann' }).refused, 403)
  assert.equal(await openTestSocket(`${origin}/other`).refused, 404)
})

test('without credentials a socket is closed with 4401, at its first frame or a wrong token', async (t) => {
  const { connect, house } = await openDoors(t)
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  for (const frame of [
    { type: 'hello', token: 'wrong' },
    { type: 'message-send', conversationId: id, ...newMessage() },
  ]) {
    const stranger = connect()
    await stranger.opened
    stranger.send(frame)
    assert.equal(await stranger.closed, 4401)
  }
})

test('frames that are too big, not known or too many get 1009, an error, RATE_LIMITED', async (t) => {
  const { connect } = await openDoors(t, { frameBurst: 5, framesPerSecond: 1 })
  const client = connect('ann')
  await client.next('welcome')
  for (const text of ['{', '{"type":"nonsense"}', '{"type":"ping","more":1}']) {
    client.sendText(text)
    assert.equal((await client.next('error')).code, 'INVALID_INPUT')
  }
  for (let count = 0; count < 5; count += 1) client.send({ type: 'ping' })
  assert.equal((await client.next('error')).code, 'RATE_LIMITED')
  client.sendText('x'.repeat(70_000))
  assert.equal(await client.closed, 1009)
})

test('ended credentials close an open socket, too many sockets of a member are refused', async (t) => {
  const { connect, tokens } = await openDoors(t, { socketsPerMember: 2 })
  const open = [connect('ann'), connect('ann')]
  for (const client of open) await client.next('welcome')
  assert.equal(await connect('ann').closed, 1013)
  tokens.delete('ann')
  for (const client of open) assert.equal(await client.closed, 4401)
})

test('an answer that is followed anew at the limit is followed; one more is not, until it is over', async (t) => {
  const { connect, house } = await openDoors(t, { subscriptionsPerMember: 1 })
  const client = connect('ann')
  await client.next('welcome')
  const post = async (): Promise<string> => {
    const { id } = await house.createConversation(ann, { persona: 'marcus' })
    return (await house.postMessage(ann, { conversationId: id, message: newMessage() })).turnId
  }
  const untilEnd = async (): Promise<void> => {
    while ((await client.next('turn-event')).event.type !== 'turn-end') continue
  }
  const turnId = await post()
  for (let count = 0; count < 3; count += 1) client.send({ type: 'turn-subscribe', turnId })
  await untilEnd()
  assert.equal(client.frames.filter((frame) => frame.type === 'error').length, 0)
  // What was taken three times over was taken once, and is given back once.
  const [second, third] = [await post(), await post()]
  await until(async () => {
    client.frames.splice(0)
    client.send({ type: 'turn-subscribe', turnId: second })
    client.send({ type: 'turn-subscribe', turnId: third })
    return (await client.next('error')).id === third
  }, 'the second is followed and the third is not')
  await untilEnd()
})

test('a drain tells clients to come back and closes with 1001', async (t) => {
  const { connect, door } = await openDoors(t)
  const client = connect('ann')
  await client.next('welcome')
  await door.drain()
  assert.ok((await client.next('drain')).reconnectAfterMs >= 0)
  assert.equal(await client.closed, 1001)
  assert.equal(door.connections(), 0)
})

/** How far apart the first and the last come back, of so many that the chance of all together is less than one in ten million. */
function spreadOf(times: readonly number[]): number {
  return Math.max(...times) - Math.min(...times)
}

test('a drain spreads those who come back: sockets over three seconds, streams over one', async (t) => {
  const { connect, door, drain, origin, house } = await openDoors(t)
  const sockets = Array.from({ length: 20 }, () => connect('ann'))
  for (const client of sockets) await client.next('welcome')
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const { turnId } = await house.postMessage(ann, { conversationId: id, message: newMessage() })
  const headers = { authorization: 'Bearer ann' }
  const streams = await Promise.all(
    Array.from({ length: 20 }, () => fetch(`${origin}/api/turns/${turnId}/events`, { headers })),
  )
  drain.abort()
  const pauses = await Promise.all(
    streams.map(async (one) => Number(/: drain\nretry: (\d+)\n/.exec(await one.text())?.[1])),
  )
  await door.drain()
  const waits = await Promise.all(sockets.map(async (client) => (await client.next('drain')).reconnectAfterMs))
  assert.ok(spreadOf(waits) > 1000 && Math.max(...waits) <= 3000, waits.join(' '))
  assert.ok(spreadOf(pauses) > 300 && Math.max(...pauses) <= 1000, pauses.join(' '))
})

async function readSse(response: Response, limit = Infinity): Promise<PlacedTurnEvent[]> {
  const events: PlacedTurnEvent[] = []
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (data === undefined) continue
      const placed = PlacedTurnEvent.parse(JSON.parse(data))
      assert.equal(/^id: (.*)$/m.exec(part)?.[1], `${placed.attempt}.${placed.n}`)
      assert.equal(/^event: (.*)$/m.exec(part)?.[1], placed.event.type)
      events.push(placed)
      if (events.length >= limit) return events
    }
  }
  return events
}

test('over HTTP: 202 with ids, the stream by Accept, resume by after and by Last-Event-ID, 404 for others', async (t) => {
  const { origin, drain } = await openDoors(t)
  const headers = { authorization: 'Bearer ann', 'content-type': 'application/json' }
  const post = (path: string, body: object, more: Record<string, string> = {}): Promise<Response> =>
    fetch(origin + path, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) })
  const made = await post('/api/conversations', { persona: 'marcus' })
  assert.equal(made.status, 201)
  // Our own answer, of the shape the contract fixes.
  const { id } = (await made.json()) as { id: string }
  const message = newMessage()
  const path = `/api/conversations/${id}/messages`
  const plain = await post(path, message)
  assert.equal(plain.status, 202)
  const accepted: unknown = await plain.json()
  const streamed = await post(path, message, { accept: 'text/event-stream' })
  assert.match(streamed.headers.get('content-type') ?? '', /^text\/event-stream/)
  const turnId = streamed.headers.get('x-sophia-turn-id') ?? ''
  assert.deepEqual(accepted, { messageId: message.id, turnId, seq: 1 })
  const first = await readSse(streamed, 4)
  const last = first.at(-1)
  assert.ok(last)
  const events = `${origin}/api/turns/${turnId}/events`
  const byQuery = await readSse(await fetch(`${events}?after=${last.attempt}.${last.n}`, { headers }))
  const byHeader = await readSse(
    await fetch(events, { headers: { ...headers, 'last-event-id': `${last.attempt}.${last.n}` } }),
  )
  assert.deepEqual(byHeader, byQuery)
  assert.equal([...first, ...byQuery].reduce(assembleTurn, EMPTY_TURN).text, ANSWER)
  assert.equal((await fetch(events, { headers: { authorization: 'Bearer bob' } })).status, 404)
  assert.equal(
    (await fetch(`${origin}/api/turns/${createId()}/events`, { headers: { authorization: 'Bearer bob' } })).status,
    404,
  )
  assert.equal((await fetch(`${events}?after=1`, { headers })).status, 400)
  assert.equal((await post(path, { ...newMessage(), extra: 1 })).status, 400)
  const open = await post(path, newMessage(), { accept: 'text/event-stream' })
  const reading = open.text()
  drain.abort()
  const text = await reading
  assert.doesNotMatch(text, /turn-end/)
  // As browsers understand it: come back after so long, with the last id.
  assert.ok(Number(/\n\n: drain\nretry: (\d{1,4})\n\n$/.exec(text)?.[1]) <= 1000, text.slice(-100))
})
