import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { z } from 'zod'
import { openDatabase } from '#platform/postgres/database.ts'
import { identifier, sql, type Sql } from '#platform/postgres/sql.ts'
import {
  addMember,
  chainOf,
  createShiftedClock,
  newMessage,
  openConversationHouse,
  readAll,
  sayInPieces,
} from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'

const HOUR_MS = 3_600_000
const Changed = z.object({ changed: z.int() })

/** A house with one member, who has asked and been answered; its machine's clock is off by `shiftMs`. */
async function openAnswered(shiftMs = 0) {
  const { database, connection } = await openTestDatabase()
  const member = await addMember(database, 'ann')
  const clock = Object.assign(createShiftedClock(), { shiftMs })
  const house = openConversationHouse({
    database,
    chain: chainOf(sayInPieces('Long ago.')),
    members: [member],
    clock,
  })
  await house.start()
  const { id } = await house.createConversation(member, { persona: 'marcus' })
  const { turnId } = await house.postMessage(member, { conversationId: id, message: newMessage() })
  const read = () => readAll(house, { principal: member, turnId })
  await read()
  /** As if it were so many hours later. */
  const maintainIn = (hours: number): Promise<number> =>
    database
      .read((handle) =>
        handle.first(
          Changed,
          sql`select maintain_turn_events(now() + ${hours}::float8 * interval '1 hour') as changed`,
        ),
      )
      .then((row) => row?.changed ?? 0)
  return { database, connection, house, member, conversationId: id, read, maintainIn }
}

test('events older than their day are gone and say so, while the message stays', async () => {
  const { house, member, conversationId, read, maintainIn } = await openAnswered()
  assert.equal(await house.maintainJournal(), 0)
  await maintainIn(23)
  assert.ok((await read()).length > 0)
  await maintainIn(31)
  await assert.rejects(read(), { code: 'JOURNAL_EXPIRED' })
  const page = await house.listMessages(member, { conversationId, page: { limit: 50 } })
  assert.equal(page.items[1]?.text, 'Long ago.')
  await house.drain(0)
})

for (const days of [-3, 3]) {
  test(`a process whose clock is ${days} days off keeps its events, and drops nobody's`, async () => {
    const { house, read } = await openAnswered(days * 24 * HOUR_MS)
    await house.maintainJournal()
    assert.ok((await read()).length > 0)
    await house.drain(0)
  })
}

test('replicas that maintain the journal at once make and drop each partition once, and none fails', async () => {
  const { connection, house, maintainIn } = await openAnswered()
  const replicas = Array.from({ length: 6 }, () => openDatabase({ connection, poolMax: 1 }))
  for (const hours of [0, 6, 12, 48]) {
    const at = sql`select maintain_turn_events(now() + ${hours}::float8 * interval '1 hour') as changed`
    const changed = await Promise.all(
      replicas.map(async (replica) => (await replica.read((handle) => handle.first(Changed, at)))?.changed ?? 0),
    )
    const busy = changed.filter((count) => count > 0)
    assert.ok(busy.length <= (hours === 0 ? 0 : 2), changed.join())
    // Whoever was too late to try finds nothing left to do.
    assert.equal(await maintainIn(hours), 0)
  }
  await Promise.all(replicas.map((replica) => replica.close()))
  await house.drain(0)
})

const Parts = z.object({ parts: z.int(), kept: z.int(), strays: z.int() })

test('over four days of hourly looks each event lives for its day, in a partition made ahead, and few partitions stand', async () => {
  const { database, house, maintainIn } = await openAnswered()
  for (let hour = 1; hour <= 96; hour += 1) {
    // Just before the look, at the end of what the last one made ready; midnight and all other borders are among them.
    await database.read((handle) =>
      handle.run(
        sql`insert into turn_events (turn_id, attempt, n, event, at)
          values (${randomUUID()}, 1, ${1000 + hour}, '{}', now() + ${hour - 0.01}::float8 * interval '1 hour')`,
      ),
    )
    await maintainIn(hour)
    const row = await database.read((handle) =>
      handle.first(
        Parts,
        sql`select (select count(*)::int from pg_inherits where inhparent = 'turn_events'::regclass) as parts,
          (select count(*)::int from turn_events where n > 1000 and at > now() + (${hour}::float8 - 24) * interval '1 hour') as kept,
          (select count(*)::int from turn_events_default) as strays`,
      ),
    )
    assert.equal(row?.kept, Math.min(hour, 24), `after ${hour} hours`)
    assert.equal(row?.strays, 0)
    assert.ok((row?.parts ?? 0) <= 10, `${row?.parts} partitions`)
  }
  await house.drain(0)
})

test('after days without a look nothing is lost that is younger than a day', async () => {
  const { database, house, maintainIn } = await openAnswered()
  await database.read((handle) =>
    handle.run(
      sql`insert into turn_events (turn_id, attempt, n, event, at) select gen_random_uuid(), 1, 1000 + h, '{}', now() + h * interval '1 hour'
        from generate_series(1, 100) h`,
    ),
  )
  await maintainIn(100)
  const left = sql`select count(*)::int as changed from turn_events where n > 1000 and at > now() + interval '76 hours'`
  assert.deepEqual(await database.read((handle) => handle.first(Changed, left)), { changed: 24 })
  await house.drain(0)
})

test('while somebody reads for long nothing waits for them: what can be made is made, and what is old goes another time', async (t) => {
  const { database, house, maintainIn } = await openAnswered()
  t.after(() => house.drain(0))
  const Part = z.object({ part: z.string().nullable() })
  const find = async (query: Sql) => (await database.read((handle) => handle.first(Part, query)))?.part ?? null
  const oldest = (await find(sql`select tableoid::regclass::text as part from turn_events limit 1`)) ?? ''
  const whileReading = (table: string): Promise<number> =>
    database.inTransaction(async (handle) => {
      await handle.run(sql`select 1 from ${identifier(table)} limit 1`)
      return maintainIn(31)
    })
  assert.equal(await whileReading('turn_events'), 0)
  assert.ok((await whileReading(oldest)) > 0)
  assert.equal(await find(sql`select to_regclass(${oldest})::text as part`), oldest)
  assert.ok((await maintainIn(31)) > 0)
  assert.equal(await find(sql`select to_regclass(${oldest})::text as part`), null)
})
