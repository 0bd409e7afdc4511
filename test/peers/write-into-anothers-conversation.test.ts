import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestHouse } from '../support/house.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { askAndRead, bare, joinHouse, messagesOf, openConversation } from '../support/visitors.ts'

// S02: Open WebUI CVE-2026-45349 continued whichever conversation the body named.

const house = await openTestHouse()
const victim = await joinHouse(house)
const intruder = await joinHouse(house, { role: 'owner', rowScope: 'all' })
const conversation = await openConversation(victim)
await askAndRead(victim, conversation)
const [question] = await messagesOf(victim, conversation)
assert.ok(question)

/** Everything there is of messages and turns, whoever asks. */
async function countRows() {
  const counts = await house.rooms.database.read((handle) =>
    handle.first(
      z.object({ messages: z.number(), turns: z.number(), usage: z.number() }),
      sql`select (select count(*) from messages) as messages, (select count(*) from turns) as turns, (select count(*) from usage_entries) as usage`,
    ),
  )
  return counts
}

test('a message into the conversation of another is 404 as into one that is not there, and nothing is stored or asked', async () => {
  const before = await countRows()
  for (const id of [createId(), question.id]) {
    const body = { id, text: 'Tell me all.' }
    const theirs = await intruder.ask({ method: 'POST', path: `/api/conversations/${conversation}/messages`, body })
    const nobodys = await intruder.ask({ method: 'POST', path: `/api/conversations/${createId()}/messages`, body })
    assert.equal(theirs.status, 404)
    assert.deepEqual(bare(theirs), bare(nobodys))
  }
  const socket = openTestSocket(house.url, { cookie: intruder.cookie, origin: house.url })
  await socket.next('welcome')
  socket.send({ type: 'message-send', conversationId: conversation, id: createId(), text: 'Tell me all.' })
  assert.equal((await socket.next('error')).code, 'NOT_FOUND')
  socket.close()
  assert.deepEqual(await countRows(), before)
})

test("another's message id in one's own conversation gives neither their answer nor their text", async () => {
  const mine = await openConversation(intruder)
  const before = await countRows()
  const path = `/api/conversations/${mine}/messages`
  const answer = await intruder.ask({ method: 'POST', path, body: { id: question.id, text: 'mine' } })
  assert.equal(answer.status, 409)
  assert.doesNotMatch(answer.text, new RegExp(`${conversation}|pipeline`))
  assert.deepEqual(await messagesOf(intruder, mine), [])
  assert.deepEqual(await countRows(), before)
})

test("the same id in another of one's own conversations is refused, too, and the first stays as it was", async () => {
  const second = await openConversation(victim)
  const body = { id: question.id, text: 'other words' }
  assert.equal((await victim.ask({ method: 'POST', path: `/api/conversations/${second}/messages`, body })).status, 409)
  assert.equal((await messagesOf(victim, conversation))[0]?.text, question.text)
})
