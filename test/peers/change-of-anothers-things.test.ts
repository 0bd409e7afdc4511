import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createId } from '#platform/crypto/ids.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer } from '../support/model-server.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { bare, joinHouse, messagesOf, openConversation, postQuestion, type Visitor } from '../support/visitors.ts'
import { createSlowAnswer, wireAnswer } from '../support/wire-answer.ts'

// S03: Open WebUI CVE-2026-44569 edited and deleted messages by their id alone.

const slow = createSlowAnswer()
const server = await startModelServer((call) =>
  call === 1 ? { kind: 'replay', text: wireAnswer('The first answer.') } : { kind: 'pieces', pieces: slow.pieces },
)
const house = await openTestHouse({
  SOPHIA_MODEL: 'openai/gpt-5',
  OPENAI_API_KEY: 'sk-test',
  OPENAI_BASE_URL: `${server.url}/v1`,
})
const victim = await joinHouse(house)
const intruder = await joinHouse(house, { role: 'admin', rowScope: 'all' })
const viewer = await joinHouse(house, { role: 'viewer' })
const conversation = await openConversation(victim, 'Mine alone')
const first = await postQuestion(victim, conversation)
await victim.ask({ path: `/api/turns/${first.turnId}/events` })
const answerId = (await messagesOf(victim, conversation)).at(-1)?.id ?? ''
const { turnId } = await postQuestion(victim, conversation)

interface Attempt {
  readonly method: string
  readonly path: (ids: { conversation: string; turn: string; message: string; key: string }) => string
  readonly body?: object
}

const ATTEMPTS: readonly Attempt[] = [
  { method: 'GET', path: (ids) => `/api/conversations/${ids.conversation}` },
  { method: 'GET', path: (ids) => `/api/conversations/${ids.conversation}/messages` },
  { method: 'PATCH', path: (ids) => `/api/conversations/${ids.conversation}`, body: { title: 'Taken' } },
  { method: 'DELETE', path: (ids) => `/api/conversations/${ids.conversation}` },
  { method: 'POST', path: (ids) => `/api/turns/${ids.turn}/cancel` },
  { method: 'POST', path: (ids) => `/api/turns/${ids.turn}/approvals/call_1`, body: { approve: true } },
  { method: 'POST', path: (ids) => `/api/turns/${ids.turn}/questions/${createId()}`, body: { action: 'decline' } },
  { method: 'POST', path: (ids) => `/api/messages/${ids.message}/feedback`, body: { rating: 'down', note: 'x' } },
]

const theirs = { conversation, turn: turnId, message: answerId, key: victim.keyId }
const nobodys = { conversation: createId(), turn: createId(), message: createId(), key: createId() }

async function attempt(by: Visitor, { method, path, body }: Attempt, ids: typeof theirs) {
  return by.ask({ method, path: path(ids), ...(body ? { body } : {}) })
}

test("reading, renaming, deleting, cancelling, approving and rating another's is 404, as of what never was", async () => {
  for (const one of ATTEMPTS) {
    const answer = await attempt(intruder, one, theirs)
    assert.equal(answer.status, 404, `${one.method} ${one.path(theirs)}: ${answer.text}`)
    assert.deepEqual(bare(answer), bare(await attempt(intruder, one, nobodys)), one.path(theirs))
  }
})

test('a viewer may not even try: 403 for what is there and what is not', async () => {
  for (const one of ATTEMPTS) {
    assert.equal((await attempt(viewer, one, theirs)).status, 403)
    assert.equal((await attempt(viewer, one, nobodys)).status, 403)
  }
})

test('by socket it is the same', async () => {
  const socket = openTestSocket(house.url, { cookie: intruder.cookie, origin: house.url })
  await socket.next('welcome')
  for (const frame of [
    { type: 'turn-cancel', turnId },
    { type: 'approval-answer', turnId, callId: 'call_1', approve: true },
    { type: 'question-answer', turnId, questionId: createId(), action: 'decline' },
  ]) {
    socket.send(frame)
    assert.equal((await socket.next('error')).code, 'NOT_FOUND')
  }
  socket.close()
})

test('after all that the turn goes on to its end, and name and rating are untouched', async () => {
  slow.give('The second answer.')
  slow.end()
  const { text } = await victim.ask({ path: `/api/turns/${turnId}/events` })
  assert.match(text, /"status":"complete"/)
  const kept = await victim.ask({ path: `/api/conversations/${conversation}` })
  assert.match(kept.text, /"title":"Mine alone"/)
  const listed = await victim.ask({ path: `/api/conversations/${conversation}/messages` })
  assert.doesNotMatch(listed.text, /"feedback":"(up|down)"/)
})

test("a member's key can be revoked by its member and by admins, by nobody else", async () => {
  const peer = await joinHouse(house)
  const path = `/api/keys/${victim.keyId}`
  assert.equal((await peer.ask({ method: 'DELETE', path })).status, 404)
  assert.doesNotMatch((await peer.ask({ path: '/api/keys' })).text, new RegExp(victim.keyId))
  assert.equal(
    (await victim.ask({ path: '/api/me', headers: { authorization: `Bearer ${victim.secret}` } })).status,
    200,
  )
})
