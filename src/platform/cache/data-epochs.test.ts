import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { openTestDatabase } from '../../../test/support/database.ts'
import { sql, identifier } from '../postgres/sql.ts'
import { foldMarks } from './data-epochs-store.ts'
import { RECORD_KINDS, createEpochs, kindsOfTags } from './data-epochs.ts'

const { database } = await openTestDatabase()
/** As two processes have them: nothing in common but the database. */
const epochs = createEpochs({ database })
const elsewhere = createEpochs({ database })
const change = sql`insert into data_days (kind, as_of) values ('deals', '2026-06-30')
  on conflict (kind) do update set as_of = excluded.as_of`

test('a change is felt by every reader once it is committed, not before, and never when it is rolled back', async () => {
  const before = await epochs.of(['records'])
  await database.inTransaction(async (handle) => {
    await handle.run(change)
    assert.equal(await elsewhere.of(['records']), before, 'not committed')
  })
  const after = await elsewhere.of(['records'])
  assert.notEqual(after, before)
  assert.equal(await epochs.of(['records']), after, 'all readers agree')
  await assert.rejects(
    database.inTransaction(async (handle) => {
      await handle.run(change)
      throw new Error('not wanted')
    }),
    /not wanted/,
  )
  assert.equal(await epochs.of(['records']), after, 'nothing happened')
})

test('a kind that is moved by hand is another epoch for every reader, and the others are not', async () => {
  const before = [await epochs.of(['records']), await epochs.of(['drafts'])]
  await elsewhere.move(kindsOfTags(['data:drafts', 'drafts', 'mcp-server:crm']))
  assert.equal(await epochs.of(['records']), before[0])
  assert.notEqual(await epochs.of(['drafts']), before[1])
})

test('who asks while a reading is under way gets a later one, shared by all who came meanwhile', async () => {
  const { promise: hasRead, resolve: tellRead } = Promise.withResolvers<void>()
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>()
  const slow = createEpochs({
    database: {
      ...database,
      read: async (work) => {
        const told = await database.read(work)
        tellRead()
        await gate
        return told
      },
    },
  })
  const first = slow.of(['records'])
  await hasRead
  await database.read((handle) => handle.run(change))
  const wanted = await elsewhere.of(['records'])
  const early = slow.of(['records'])
  const late = Promise.all(Array.from({ length: 50 }, () => slow.of(['records'])))
  letGo()
  assert.deepEqual([...new Set(await late)], [wanted])
  assert.equal(await early, wanted)
  assert.notEqual(await first, wanted)
})

test('folding moves nothing, also beside writers and another folding', async () => {
  await database.read((handle) => handle.run(change))
  const before = await epochs.of(RECORD_KINDS)
  await Promise.all([epochs.fold(), elsewhere.fold()])
  assert.equal(await epochs.of(RECORD_KINDS), before)
  const changes = Array.from({ length: 20 }, () => database.read((handle) => handle.run(change)))
  await Promise.all([...changes, database.inTransaction(foldMarks), database.inTransaction(foldMarks)])
  const counted = await database.read((handle) =>
    handle.first(
      z.object({ changes: z.int() }),
      sql`select ((select count(*) from data_marks where kind = 'records')
        + (select coalesce(sum(changes), 0) from data_epochs where kind = 'records'))::int as changes`,
    ),
  )
  await epochs.fold()
  assert.match(
    await epochs.of(['records']),
    new RegExp(`\\.${counted?.changes}\\.\\d+$`),
    'none is lost or counted twice',
  )
})

test('each marked table moves the epoch of its kind', async () => {
  const tables = await database.read((handle) =>
    handle.rows(
      z.object({ name: z.string(), kind: z.enum(['records', 'standings', 'memories', 'drafts', 'people']) }),
      sql`select tgrelid::regclass::text as name, convert_from(substring(tgargs for octet_length(tgargs) - 1), 'UTF8') as kind
        from pg_trigger where tgname = 'mark_change' order by 1`,
    ),
  )
  assert.ok(tables.length > 20)
  for (const { name, kind } of tables) {
    const before = await epochs.of([kind])
    await database.read((handle) => handle.run(sql`delete from ${identifier(name)} where false`))
    assert.notEqual(await epochs.of([kind]), before, name)
  }
})

test('a tag of data that names no kind is refused with those there are, instead of clearing nothing', () => {
  assert.throws(() => kindsOfTags(['data:record']), {
    code: 'INVALID_INPUT',
    message: /no tag data:record; .*data:records/,
  })
})
