import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createId } from '#platform/crypto/ids.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer } from '../support/model-server.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { bare, joinHouse, messagesOf, openConversation, postQuestion } from '../support/visitors.ts'
import { createSlowAnswer } from '../support/wire-answer.ts'

// S01: LibreChat CVE-2026-31950 looked at the login of a stream's reader, not at whose stream it was.

const CANARY = 'CANARY-OF-THE-ANSWER'
const slow = createSlowAnswer()
const server = await startModelServer(() => ({ kind: 'pieces', pieces: slow.pieces }))
const house = await openTestHouse({
  SOPHIA_MODEL: 'openai/gpt-5',
  OPENAI_API_KEY: 'sk-test',
  OPENAI_BASE_URL: `${server.url}/v1`,
})
const owner = await joinHouse(house)
const stranger = await joinHouse(house, { role: 'owner', rowScope: 'all' })
const conversation = await openConversation(owner)
const { turnId } = await postQuestion(owner, conversation)
slow.give(`${CANARY} one. `)

test('the stream of a turn is as absent for another member, an owner even, as one that never was', async () => {
  for (const path of ['', '/events', '/events?after=1.0']) {
    const theirs = await stranger.ask({ path: `/api/turns/${turnId}${path}` })
    const nobodys = await stranger.ask({ path: `/api/turns/${createId()}${path}` })
    assert.equal(theirs.status, 404)
    assert.deepEqual(bare(theirs), bare(nobodys))
  }
  const byKey = await stranger.ask({
    path: `/api/turns/${turnId}/events`,
    headers: { authorization: `Bearer ${stranger.secret}`, 'last-event-id': '1.0' },
  })
  assert.equal(byKey.status, 404)
})

test('a socket of another member gets no event of it and no other error than for an unknown turn', async () => {
  const socket = openTestSocket(house.url)
  await socket.opened
  socket.send({ type: 'hello', token: stranger.secret })
  await socket.next('welcome')
  for (const id of [turnId, createId()]) {
    socket.send({ type: 'turn-subscribe', turnId: id })
    const { code, detail } = await socket.next('error')
    assert.deepEqual([code, detail], ['NOT_FOUND', 'Nothing with this id that you may see.'])
  }
  socket.send({ type: 'topic-subscribe', topic: 'conversations' })
  socket.send({ type: 'ping' })
  await socket.next('pong')
  assert.deepEqual(socket.frames, [])
  socket.close()
})

test('the turn of the one it belongs to is not disturbed by that', async () => {
  const mine = owner.ask({ path: `/api/turns/${turnId}/events` })
  slow.give('two.')
  slow.end()
  assert.match((await mine).text, /event: turn-end/)
  const answer = (await messagesOf(owner, conversation)).at(-1)
  assert.equal(answer?.text, `${CANARY} one. two.`)
})
