import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  addMember,
  chainOf,
  newMessage,
  openConversationHouse,
  readAll,
  sayInPieces,
} from '../../../test/support/conversation-house.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const bob = await addMember(database, 'bob')
const house = openConversationHouse({ database, chain: chainOf(sayInPieces('Fine, thank you.')), members: [ann, bob] })
const PAGE = { limit: 50 }

async function countMessages(conversationId: string): Promise<number> {
  const row = await database.read((handle) =>
    handle.first(
      z.object({ n: z.int() }),
      sql`select count(*)::int as n from messages where conversation_id = ${conversationId}`,
    ),
  )
  return row?.n ?? -1
}

test('fifty parallel repeats of one message store it once and answer alike', async () => {
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const message = newMessage()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => house.postMessage(ann, { conversationId: id, message })),
  )
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1)
  assert.equal(answers[0]?.seq, 1)
  assert.equal(await countMessages(id), 1)
})

test('parallel messages of one conversation get dense sequence numbers', async () => {
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => house.postMessage(ann, { conversationId: id, message: newMessage() })),
  )
  assert.deepEqual(
    answers.map((answer) => answer.seq).toSorted((a, b) => a - b),
    Array.from({ length: 20 }, (_, index) => index + 1),
  )
})

test('an id taken in another conversation is a conflict that names nothing, for its owner and for strangers', async () => {
  const first = await house.createConversation(ann, { persona: 'marcus' })
  const second = await house.createConversation(ann, { persona: 'marcus' })
  const foreign = await house.createConversation(bob, { persona: 'marcus' })
  const message = newMessage()
  await house.postMessage(ann, { conversationId: first.id, message })
  const refusal = { code: 'CONFLICT', message: 'This message id cannot be used. Make a new one.' }
  await assert.rejects(house.postMessage(ann, { conversationId: second.id, message }), refusal)
  await assert.rejects(house.postMessage(bob, { conversationId: foreign.id, message }), refusal)
  assert.equal(await countMessages(second.id), 0)
  assert.equal(await countMessages(foreign.id), 0)
})

test('nothing of another member can be reached, and it looks like what never was (S01, S02)', async () => {
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const { turnId, messageId } = await house.postMessage(ann, { conversationId: id, message: newMessage() })
  const signal = AbortSignal.timeout(5000)
  for (const ids of [
    { id, turnId, messageId },
    { id: createId(), turnId: createId(), messageId: createId() },
  ]) {
    const attempts = {
      get: () => house.getConversation(bob, ids.id),
      rename: () => house.renameConversation(bob, { id: ids.id, title: 'Mine' }),
      remove: () => house.deleteConversation(bob, ids.id),
      messages: () => house.listMessages(bob, { conversationId: ids.id, page: PAGE }),
      post: () => house.postMessage(bob, { conversationId: ids.id, message: newMessage() }),
      turn: () => house.getTurn(bob, ids.turnId),
      events: () => house.readTurnEvents({ principal: bob, turnId: ids.turnId, signal }),
      cancel: () => house.cancelTurn(bob, ids.turnId),
      approve: () => house.answerApproval({ principal: bob, turnId: ids.turnId, callId: 'x', approve: true }),
      feedback: () => house.giveFeedback(bob, { messageId: ids.messageId, rating: 'up' }),
    }
    for (const [verb, attempt] of Object.entries(attempts)) {
      await assert.rejects(attempt, { code: 'NOT_FOUND' }, verb)
    }
  }
  assert.equal(await countMessages(id), 1)
})

test('the first message names the conversation unless it has a title of its own', async () => {
  const plain = await house.createConversation(ann, { persona: 'marcus' })
  const named = await house.createConversation(ann, { persona: 'marcus', title: 'Quarter end' })
  for (const { id } of [plain, named])
    await house.postMessage(ann, { conversationId: id, message: newMessage('What changed? And why?') })
  assert.equal((await house.getConversation(ann, plain.id)).title, 'What changed?')
  assert.equal((await house.getConversation(ann, named.id)).title, 'Quarter end')
})

test('search finds unfinished words in titles and messages, only among the own conversations', async () => {
  const { id } = await house.createConversation(bob, { persona: 'marcus', title: 'Zebra crossing' })
  await house.postMessage(bob, { conversationId: id, message: newMessage('The quokka renewal worries me') })
  const found = async (search: string): Promise<string[]> =>
    (await house.listConversations(bob, { search, limit: 10 })).items.map((item) => item.id)
  assert.deepEqual(await found('zeb'), [id])
  assert.deepEqual(await found('quokka renew'), [id])
  assert.deepEqual(await found('quokka unicorn'), [])
  assert.deepEqual(await found('!!! & |'), [])
  assert.deepEqual((await house.listConversations(ann, { search: 'zebra', limit: 10 })).items, [])
})

test('pages of the list are complete and without repeats', async () => {
  const cara = await addMember(database, 'cara')
  const ids: string[] = []
  for (let index = 0; index < 7; index += 1) ids.push((await house.createConversation(cara, { persona: 'marcus' })).id)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await house.listConversations(cara, { limit: 3, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...page.items.map((item) => item.id))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  assert.deepEqual(seen, ids.toReversed())
  await assert.rejects(house.listConversations(cara, { limit: 3, cursor: 'bm90IGEgY3Vyc29y' }), {
    code: 'INVALID_INPUT',
  })
})

test('messages page towards older ones, newest last', async () => {
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  for (let index = 0; index < 5; index += 1)
    await house.postMessage(ann, { conversationId: id, message: newMessage(`question ${index}`) })
  const newest = await house.listMessages(ann, { conversationId: id, page: { limit: 2 } })
  assert.deepEqual(
    newest.items.map((item) => item.seq),
    [4, 5],
  )
  const older = await house.listMessages(ann, {
    conversationId: id,
    page: { limit: 200, cursor: newest.nextCursor ?? '' },
  })
  assert.deepEqual(
    older.items.map((item) => item.seq),
    [1, 2, 3],
  )
  assert.equal(older.nextCursor, null)
})

test('characters that no database stores are cleaned, and an empty rest is refused', async () => {
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  await house.postMessage(ann, { conversationId: id, message: newMessage('a\u0000b\ud800c') })
  const { items } = await house.listMessages(ann, { conversationId: id, page: PAGE })
  assert.equal(items[0]?.text, 'ab\ufffdc')
  await assert.rejects(house.postMessage(ann, { conversationId: id, message: newMessage('\u0000') }), {
    code: 'INVALID_INPUT',
  })
})

test('an unknown persona is refused before anything is stored', async () => {
  await assert.rejects(house.createConversation(ann, { persona: 'nobody' }), { code: 'PERSONA_NOT_FOUND' })
})

test('a deleted conversation takes its messages, turns and journal along', async (t) => {
  const own = await openTestDatabase()
  t.after(() => own.close())
  const member = await addMember(own.database, 'dave')
  const running = openConversationHouse({
    database: own.database,
    chain: chainOf(sayInPieces('Gone soon.')),
    members: [member],
  })
  await running.start()
  t.after(() => running.drain(0))
  const { id } = await running.createConversation(member, { persona: 'marcus' })
  const { turnId } = await running.postMessage(member, { conversationId: id, message: newMessage() })
  await readAll(running, { principal: member, turnId })
  await running.deleteConversation(member, id)
  const row = await own.database.read((handle) =>
    handle.first(
      z.object({ n: z.int() }),
      sql`select ((select count(*) from messages) + (select count(*) from turns) + (select count(*) from turn_events))::int as n`,
    ),
  )
  assert.equal(row?.n, 0)
  await assert.rejects(running.getTurn(member, turnId), { code: 'NOT_FOUND' })
})

test('feedback is kept on answers only, and the last word counts', async (t) => {
  const own = await openTestDatabase()
  t.after(() => own.close())
  const member = await addMember(own.database, 'eve')
  const running = openConversationHouse({
    database: own.database,
    chain: chainOf(sayInPieces('An answer.')),
    members: [member],
  })
  await running.start()
  t.after(() => running.drain(0))
  const { id } = await running.createConversation(member, { persona: 'marcus' })
  const { turnId, messageId } = await running.postMessage(member, { conversationId: id, message: newMessage() })
  await readAll(running, { principal: member, turnId })
  const answer = (await running.listMessages(member, { conversationId: id, page: PAGE })).items[1]
  assert.ok(answer)
  await running.giveFeedback(member, { messageId: answer.id, rating: 'up' })
  await running.giveFeedback(member, { messageId: answer.id, rating: 'down', note: 'too long' })
  assert.equal((await running.listMessages(member, { conversationId: id, page: PAGE })).items[1]?.feedback, 'down')
  await assert.rejects(running.giveFeedback(member, { messageId, rating: 'up' }), { code: 'NOT_FOUND' })
})
