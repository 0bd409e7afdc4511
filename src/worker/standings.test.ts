import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { openTestHouse } from '../../test/support/house.ts'
import { sql } from '#platform/postgres/sql.ts'

const Count = z.object({ count: z.number() })
const { rooms } = await openTestHouse()
const { database, deals, standings } = rooms

async function countRefreshes(): Promise<number> {
  const row = await database.read((handle) =>
    handle.first(Count, sql`select count(*) as count from pgboss.job where name = 'standings-refresh'`),
  )
  return row?.count ?? 0
}

test('a start takes the look that a missed daily run left out, and none when the day has had its own', async () => {
  for (let tries = 0; tries < 200 && !(await deals.hasLookedToday()); tries += 1) await delay(100)
  assert.ok(await deals.hasLookedToday(), 'the start itself caught up')
  const taken = await countRefreshes()
  assert.ok(taken > 0)
  await standings.catchUp()
  assert.equal(await countRefreshes(), taken)
  await database.inTransaction((handle) => handle.run(sql`delete from snapshot_days where kind = 'deals'`))
  await standings.catchUp()
  assert.equal(await countRefreshes(), taken + 1)
})
