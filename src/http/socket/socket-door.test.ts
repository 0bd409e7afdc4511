import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import pino from 'pino'
import { WebSocket } from 'ws'
import { EMPTY_TURN, assembleTurn } from '#contract/turn-assembly.ts'
import { PlacedTurnEvent } from '#contract/turn-events.ts'
import { ServerFrame } from '#contract/socket-frames.ts'
import type { Principal } from '#domain/permission.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  addMember,
  chainOf,
  createShiftedClock,
  newMessage,
  openConversationHouse,
  sayInPieces,
} from '../../../test/support/conversation-house.ts'
import { checkOrigin } from '../authenticate.ts'
import { conversationRoutes } from '../routes/conversation-routes.ts'
import { createServer } from '../server.ts'
import { openSocketDoor, type SocketLimits } from './socket-door.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const bob = await addMember(database, 'bob')
const log = pino({ level: 'silent' })
const ANSWER = 'An answer in many small pieces, so that there is something to resume. '.repeat(3)
const PUBLIC_URL = 'http://sophia.test'

/** A listening server with both doors; tokens are `ann` and `bob` until they are ended. */
async function openDoors(t: { after(work: () => Promise<void>): void }, limits: Partial<SocketLimits> = {}) {
  const tokens = new Map<string, Principal>([
    ['ann', ann],
    ['bob', bob],
  ])
  const find = (token: string | undefined): Promise<Principal | null> =>
    Promise.resolve(tokens.get(token ?? '') ?? null)
  const house = openConversationHouse({
    database,
    chain: chainOf(sayInPieces(ANSWER, { size: 9, pauseMs: 15 })),
    members: [ann, bob],
  })
  await house.start()
  const drain = new AbortController()
  const server = createServer({
    routes: conversationRoutes({ conversations: house, log, drainSignal: drain.signal, heartbeatMs: 100 }),
    log,
    metrics: createMetrics(),
    authenticate: (headers) => find(headers.authorization?.slice(7)),
    checkOrigin: () => undefined,
    admit: () => undefined,
    trustedProxies: [],
  })
  const door = openSocketDoor({
    server: server.server,
    conversations: house,
    onServerEvent: () => () => undefined,
    clock: createShiftedClock(),
    log,
    fromHeaders: (headers) => find(/sophia=(\w+)/.exec(headers.cookie ?? '')?.[1]),
    fromToken: find,
    checkOrigin: (headers) => checkOrigin({ method: 'GET', headers, publicUrl: PUBLIC_URL, isUpgrade: true }),
    limits,
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  t.after(async () => {
    drain.abort()
    await door.drain()
    await server.close()
    await house.drain(0)
  })
  return { house, door, tokens, drain, origin: `http://127.0.0.1:${port}`, address: `ws://127.0.0.1:${port}/api/ws` }
}

function connect(address: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(address, { headers })
  const frames: ServerFrame[] = []
  let wake: (() => void) | undefined
  socket.on('message', (raw: Buffer) => {
    frames.push(ServerFrame.parse(JSON.parse(raw.toString('utf8'))))
    wake?.()
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  const refused = new Promise<number>((resolve) =>
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)),
  )
  socket.on('error', () => undefined)
  return {
    socket,
    frames,
    closed,
    refused,
    send: (frame: object) => socket.send(JSON.stringify(frame)),
    opened: new Promise<void>((resolve) => socket.once('open', resolve)),
    async next<Type extends ServerFrame['type']>(type: Type): Promise<Extract<ServerFrame, { type: Type }>> {
      for (;;) {
        const index = frames.findIndex((frame) => frame.type === type)
        // Found by its type just above.
        if (index >= 0) return frames.splice(index, 1)[0] as Extract<ServerFrame, { type: Type }>
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

test('hello by token, then send, subscribe, resume from a place: the whole answer arrives once', async (t) => {
  const { address, house } = await openDoors(t)
  const first = connect(address)
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
  first.socket.terminate()
  const second = connect(address, { cookie: 'sophia=ann', origin: PUBLIC_URL })
  await second.next('welcome')
  second.send({ type: 'turn-subscribe', turnId: ack.turnId, after: `${turn.attempt}.${turn.n}` })
  while (!turn.end) take(await second.next('turn-event'))
  assert.equal(turn.text, ANSWER)
  second.send({ type: 'ping' })
  await second.next('pong')
  second.socket.close()
})

test("another member's turn and conversation are as absent as unknown ones (S01, S02)", async (t) => {
  const { address, house } = await openDoors(t)
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const { turnId } = await house.postMessage(ann, { conversationId: id, message: newMessage() })
  const bobs = connect(address, { cookie: 'sophia=bob', origin: PUBLIC_URL })
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
  bobs.socket.close()
})

test('a cookie from another site is refused at the upgrade (S20); so is any other path', async (t) => {
  const { address } = await openDoors(t)
  assert.equal(await connect(address, { cookie: 'sophia=ann', origin: 'https://evil.example' }).refused, 403)
  assert.equal(await connect(address, { cookie: 'sophia=ann' }).refused, 403)
  assert.equal(await connect(address.replace('/api/ws', '/api/other'), {}).refused, 404)
})

test('without credentials a socket is closed with 4401, at its first frame or a wrong token', async (t) => {
  const { address, house } = await openDoors(t)
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  for (const frame of [
    { type: 'hello', token: 'wrong' },
    { type: 'message-send', conversationId: id, ...newMessage() },
  ]) {
    const stranger = connect(address)
    await stranger.opened
    stranger.send(frame)
    assert.equal(await stranger.closed, 4401)
  }
})

test('frames that are too big, not known or too many get 1009, an error, RATE_LIMITED', async (t) => {
  const { address } = await openDoors(t, { frameBurst: 5, framesPerSecond: 1 })
  const client = connect(address, { cookie: 'sophia=ann', origin: PUBLIC_URL })
  await client.next('welcome')
  for (const text of ['{', '{"type":"nonsense"}', '{"type":"ping","more":1}']) {
    client.socket.send(text)
    assert.equal((await client.next('error')).code, 'INVALID_INPUT')
  }
  for (let count = 0; count < 5; count += 1) client.send({ type: 'ping' })
  assert.equal((await client.next('error')).code, 'RATE_LIMITED')
  client.socket.send('x'.repeat(70_000))
  assert.equal(await client.closed, 1009)
})

test('ended credentials close an open socket, too many sockets of a member are refused', async (t) => {
  const { address, tokens } = await openDoors(t, { recheckMs: 200, socketsPerMember: 2 })
  const headers = { cookie: 'sophia=ann', origin: PUBLIC_URL }
  const open = [connect(address, headers), connect(address, headers)]
  for (const client of open) await client.next('welcome')
  assert.equal(await connect(address, headers).closed, 1013)
  tokens.delete('ann')
  for (const client of open) assert.equal(await client.closed, 4401)
})

test('a drain tells clients to come back and closes with 1001', async (t) => {
  const { address, door } = await openDoors(t)
  const client = connect(address, { cookie: 'sophia=ann', origin: PUBLIC_URL })
  await client.next('welcome')
  await door.drain()
  assert.ok((await client.next('drain')).reconnectAfterMs >= 0)
  assert.equal(await client.closed, 1001)
  assert.equal(door.connections(), 0)
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
  setTimeout(() => drain.abort(), 100)
  assert.ok((await readSse(open)).every((placed) => placed.event.type !== 'turn-end'))
})
