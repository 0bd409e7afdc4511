import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openFaultServer } from '../../../test/support/mcp/fault-server.ts'
import { isHealthy, openToolsHouse, statusWhen } from '../../../test/support/tools-house.ts'

const crm = await openFaultServer({ era: 'modern' })
let isAuditBroken = false
const house = await openToolsHouse({
  servers: { crm: { url: crm.url } },
  onAudit: () => {
    if (isAuditBroken) throw new Error('no audit today')
  },
})
const { tools, owner, database } = house
await statusWhen(house, 'crm', { isSo: isHealthy, what: 'healthy' })
await database.inTransaction(async (handle) => {
  await handle.run(sql`create sequence tries`)
  await handle.run(sql`create table refusal (tries int)`)
  await handle.run(sql`insert into refusal values (0)`)
  // As PostgreSQL says it of a full disk. A sequence counts on although the statement is undone.
  await handle.run(sql`create function refuse() returns trigger language plpgsql as $$
    begin
      if nextval('tries') <= (select tries from refusal) then raise exception 'refused' using errcode = '53100'; end if;
      return new;
    end $$`)
  await handle.run(
    sql`create trigger refuse before update on mcp_calls for each row when (new.status = 'done') execute function refuse()`,
  )
})

/** From now on so many ends of calls find the disk full. */
async function refuse(t: TestContext, tries: number): Promise<void> {
  const set = (count: number): Promise<unknown> =>
    database.inTransaction(async (handle) => {
      await handle.run(sql`update refusal set tries = ${count}`)
      await handle.run(sql`select setval('tries', 1, false)`)
    })
  t.after(() => set(0))
  await set(tries)
}

/** Writes a note under a key; answers how to ask, and how many notes were written since. */
function writing() {
  const before = crm.notes.length
  const call = { input: { text: 'once' }, idempotencyKey: `key-${createId()}` }
  const ask = () => tools.call(owner, { name: 'crm__write_note', call, signal: AbortSignal.timeout(60_000) })
  return { ask, count: () => crm.notes.length - before }
}

test('a call that was done is told as done once its end can be stored, and its key gives the same answer', async (t) => {
  await refuse(t, 2)
  const { ask, count } = writing()
  const first = await ask()
  assert.equal(first.ok, true)
  assert.deepEqual(await ask(), first)
  assert.equal(count(), 1)
})

test('where its end cannot be stored the outcome is unknown, and the key is not free for another run', async (t) => {
  await refuse(t, 1_000_000)
  const { ask, count } = writing()
  await assert.rejects(ask, { code: 'TOOL_OUTCOME_UNKNOWN' })
  await assert.rejects(ask, { code: 'TOOL_OUTCOME_UNKNOWN' })
  assert.equal(count(), 1)
})

test('a call that was done stays done when it cannot be noted who made it', async (t) => {
  isAuditBroken = true
  t.after(() => {
    isAuditBroken = false
  })
  const { ask, count } = writing()
  const first = await ask()
  assert.deepEqual(await ask(), first)
  assert.equal(count(), 1)
})

test('an answer with characters that cannot be stored is kept and told without them', async (t) => {
  t.after(() => crm.setNoteWords(null))
  for (const words of ['Noted \u0000 and \ud83d.', `${'a'.repeat(99_999)}😀 and more`]) {
    crm.setNoteWords(words)
    const { ask, count } = writing()
    const first = await ask()
    assert.ok(first.text.isWellFormed() && !first.text.includes('\u0000'))
    assert.deepEqual(await ask(), first)
    assert.equal(count(), 1)
  }
})
