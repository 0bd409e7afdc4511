import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { sql } from '#platform/postgres/sql.ts'
import {
  addMember,
  answerOf,
  ask,
  chainOf,
  openConversationHouse,
  readAll,
  sayInPieces,
} from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'

/** A house whose PostgreSQL refuses to store answers for so many tries, with this error. */
async function openRefusing(sqlState: string, tries: number) {
  const { database } = await openTestDatabase({ poolMax: 10 })
  const ann = await addMember(database, 'ann')
  await database.inTransaction(async (handle) => {
    // A sequence counts on although the transaction is undone.
    await handle.run(sql`create sequence tries`)
    await handle.run(sql`create table refusal (sql_state text, tries int)`)
    await handle.run(sql`insert into refusal values (${sqlState}, ${tries})`)
    await handle.run(sql`create function refuse() returns trigger language plpgsql as $$
      declare wanted refusal;
      begin
        select * into wanted from refusal;
        if nextval('tries') <= wanted.tries then raise exception 'refused' using errcode = wanted.sql_state; end if;
        return new;
      end $$`)
    await handle.run(
      sql`create trigger refuse before insert on messages for each row when (new.role = 'assistant') execute function refuse()`,
    )
  })
  const house = openConversationHouse({ database, chain: chainOf(sayInPieces('A whole answer.')), members: [ann] })
  await house.start()
  const asked = await ask(house, ann)
  const events = await readAll(house, { principal: ann, turnId: asked.turnId })
  const answer = await answerOf(house, ann, asked)
  const ends = events.flatMap(({ event }) => (event.type === 'turn-end' ? [event] : []))
  const [kept] = await database.read((handle) =>
    handle.rows(
      z.object({ ends: z.int() }),
      sql`select count(*)::int as ends from turn_events where turn_id = ${asked.turnId} and event ->> 'type' = 'turn-end'`,
    ),
  )
  await house.drain(0)
  return { answer, ends, kept: kept?.ends, attempts: Math.max(...events.map((event) => event.attempt)) }
}

/** Told once, and whole, by the attempt that wrote it. */
async function staysWhole(sqlState: string): Promise<void> {
  const { answer, attempts, ends, kept } = await openRefusing(sqlState, 2)
  assert.equal(attempts, 1)
  assert.deepEqual([answer.status, answer.text], ['complete', 'A whole answer.'])
  assert.deepEqual(
    ends.map((end) => [end.status, end.messageId]),
    [['complete', answer.id]],
  )
  assert.equal(kept, 1)
}

test('a disk that is full when the answer is to be stored is waited for: the answer stays whole', () =>
  staysWhole('53100'))

test('a PostgreSQL short of memory, or whose disk fails for a moment, is waited for as well', async () => {
  await staysWhole('53200')
  await staysWhole('58030')
})

test('an end that could not be stored never was: readers and journal have the one that is stored', async () => {
  const { answer, ends, kept } = await openRefusing('23514', 1)
  assert.deepEqual([answer.status, answer.text], ['failed', 'A whole answer.'])
  assert.deepEqual(
    ends.map((end) => [end.status, end.messageId]),
    [['failed', answer.id]],
  )
  assert.equal(kept, 1)
})
