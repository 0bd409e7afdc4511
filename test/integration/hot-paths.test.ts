import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { createTestAccess, join, signInOwner } from '../support/access-fixture.ts'
import {
  addMember,
  chainOf,
  newMessage,
  openConversationHouse,
  readAll,
  sayInPieces,
} from '../support/conversation-house.ts'
import { openTestDatabase } from '../support/database.ts'
import { loadLargeUse } from '../support/large-use.ts'
import { openMemoryHouse } from '../support/memory-house.ts'
import { assertNoLargeScan, recording, tablesReadWhole, tablesWith } from '../support/statement-plans.ts'

const { database } = await openTestDatabase({ statementTimeoutMs: 60_000, poolMax: 10 })
await loadLargeUse(database)
/** What grows with use: few rows are read whole for good reason. */
const large = await tablesWith(database, 5000)
const noted: Sql[] = []
const watched = recording(database, noted)
const ann = await addMember(database, 'ann')

/** Walks a path and holds each statement that it sent against the rule. */
async function walk(what: string, path: () => Promise<unknown>): Promise<void> {
  noted.length = 0
  await path()
  await assertNoLargeScan(what, { database, noted, large })
}

test('what is read of the large tables by an index is told from what is read whole', async () => {
  for (const table of ['sessions', 'api_keys', 'conversations', 'turns', 'messages', 'usage_entries', 'memories'])
    assert.ok(large.includes(table), table)
  assert.ok(large.some((table) => table.startsWith('turn_events_')))
  assert.deepEqual(await tablesReadWhole(database, sql`select * from messages where text = 'x'`), ['messages'])
  assert.deepEqual(await tablesReadWhole(database, sql`select * from turns where id = ${ann.memberId}`), [])
})

test('a question is taken, answered, journalled and read without reading a growing table whole', async (t) => {
  const house = openConversationHouse({
    database: watched,
    chain: chainOf(sayInPieces('Quite well, all in all.')),
    members: [ann],
  })
  t.after(() => house.drain(0))
  const paging = { limit: 50 }
  // The load's own questions are nobody's here.
  await database.read((handle) => handle.run(sql`update turns set status = 'complete' where status = 'queued'`))
  await house.start()
  await walk('a question', async () => {
    const { id } = await house.createConversation(ann, { persona: 'marcus' })
    const message = newMessage()
    const { turnId } = await house.postMessage(ann, { conversationId: id, message })
    await house.postMessage(ann, { conversationId: id, message })
    await readAll(house, { principal: ann, turnId })
    await house.listMessages(ann, { conversationId: id, page: paging })
    await house.listConversations(ann, { ...paging })
    await house.getConversation(ann, id)
    await house.observe()
  })
})

test('who asks is found without reading a growing table whole', async () => {
  const { access } = createTestAccess(watched)
  const owner = await signInOwner(access)
  const member = await join(access, owner, { email: 'new@example.com' })
  const { secret } = await access.createKey(owner, { name: 'test', actions: null, expiresInDays: null })
  await walk('a request', async () => {
    await access.authenticate({ kind: 'session', token: member.sessionToken })
    await access.authenticate({ kind: 'key', token: secret })
    await access.listAudit({ limit: 50 })
    await access.signOut(member)
  })
})

test('what is remembered of a member is listed without reading it all', async (t) => {
  const memories = openMemoryHouse({ database: watched })
  t.after(() => memories.close())
  await walk('memories', () => memories.list(ann, { limit: 50, status: 'active' }))
})
