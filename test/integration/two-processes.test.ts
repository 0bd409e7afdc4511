import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { EMPTY_TURN, assembleTurn } from '#contract/turn-assembly.ts'
import { createId } from '#platform/crypto/ids.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestHouse } from '../support/house.ts'
import { openTestRedis } from '../support/redis.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { joinHouse, openConversation } from '../support/visitors.ts'

const redis = await openTestRedis({ maxmemory: '64mb', 'maxmemory-policy': 'allkeys-lfu' })
const settings = { REDIS_URL: redis.url, SOPHIA_SECRET_KEY: randomBytes(32).toString('base64') }
const one = await openTestHouse(settings)
const other = await openTestHouse({ ...settings, DATABASE_URL: databaseUrlOf(one.connection) })

test('asked at one process, followed at another; signed out at one, cut at the other; drained, told to come back', async () => {
  const ann = await joinHouse(one, { role: 'member' })
  const conversationId = await openConversation(ann)
  const far = openTestSocket(other.url, { cookie: ann.cookie, origin: other.url })
  await far.next('welcome')
  for (const topic of ['health', 'conversations']) far.send({ type: 'topic-subscribe', topic })
  const health = await far.next('topic-event')
  assert.equal(health.topic, 'health')
  assert.match(JSON.stringify(health.data), /"database":\{"status":"ok"/)
  const asked = await ann.ask({
    method: 'POST',
    path: `/api/conversations/${conversationId}/messages`,
    body: { id: createId(), text: 'How is our pipeline?' },
  })
  const { turnId } = JSON.parse(asked.text) as { turnId: string }
  far.send({ type: 'turn-subscribe', turnId })
  let turn = EMPTY_TURN
  while (!turn.end) {
    const { type: _type, ...placed } = await far.next('turn-event')
    turn = assembleTurn(turn, placed)
  }
  assert.equal(turn.end.status, 'complete')
  assert.notEqual(turn.text, '')
  await ann.ask({ method: 'DELETE', path: '/api/session' })
  assert.equal(await far.closed, 4401)
  const bob = await joinHouse(one, { role: 'member' })
  const drained = Array.from({ length: 20 }, () => openTestSocket(other.url, { cookie: bob.cookie, origin: other.url }))
  for (const socket of drained) await socket.next('welcome')
  await other.close()
  const waits = await Promise.all(drained.map(async (socket) => (await socket.next('drain')).reconnectAfterMs))
  // The chance that so many come back within a second by themselves is less than one in ten million.
  assert.ok(Math.max(...waits) - Math.min(...waits) > 1000, waits.join(' '))
  for (const socket of drained) assert.equal(await socket.closed, 1001)
})
