import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { createDeals } from './index.ts'

const { database } = await openTestDatabase()
const deals = createDeals({ database, clock: clockAt('2026-03-10') })
const EVERYONE = principalSeeing()

await insertRecords(
  database,
  'reps',
  ['ann', 'bob'].map((id) => ({ id, name: id })),
)
await insertRecords(
  database,
  'deals',
  [
    { id: 'first', rep_id: 'ann', expected_close_on: '2026-03-01' },
    { id: 'last', rep_id: 'bob', expected_close_on: '2026-03-31' },
    { id: 'before', rep_id: 'ann', expected_close_on: '2026-02-28' },
    { id: 'after', rep_id: 'ann', expected_close_on: '2026-04-01' },
    { id: 'won', rep_id: 'ann', expected_close_on: '2026-03-05', stage: 'won' },
    { id: 'undated', rep_id: 'ann' },
  ].map((deal) => ({ name: deal.id, stage: 'proposal', ...deal })),
)

test('open deals that are to close this month are counted in sight, and not known where no deal says when', async () => {
  assert.equal(await deals.countClosing(EVERYONE), 2)
  assert.equal(await deals.countClosing(principalSeeing(['bob'])), 1)
  assert.equal(await deals.countClosing(principalSeeing([])), null)
})

test('the month is the one of the day that the deals speak for', async () => {
  await database.inTransaction((handle) =>
    handle.run(sql`insert into data_days (kind, as_of) values ('deals', '2026-04-15'::date)`),
  )
  assert.equal(await deals.countClosing(EVERYONE), 1)
})
