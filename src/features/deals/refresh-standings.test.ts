import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { DealBoard, DealPage } from '#contract/records.ts'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import { deleteSample, insertSample } from '#features/imports/sample-store.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, principalSeeing } from '../../../test/support/records.ts'
import { createDeals } from './index.ts'

const TODAY = '2026-11-22'
const { database } = await openTestDatabase()
await database.inTransaction((handle) => insertSample(handle, createSampleCompany({ today: TODAY }), TODAY))
const deals = createDeals({ database, clock: clockAt(TODAY) })
const EVERYONE = principalSeeing()

function count(query: ReturnType<typeof sql>): Promise<number> {
  return database.read(async (handle) => (await handle.first(z.object({ count: z.number() }), query))?.count ?? -1)
}

test('a refresh gives every open deal the level that coaching gives it, and a second one on the day writes nothing', async () => {
  const first = await deals.refreshStandings()
  assert.equal(first.deals, await count(sql`select count(*) as count from deals where status = 'open'`))
  assert.equal(first.deals, await count(sql`select count(*) as count from deal_standings`))
  assert.equal((await deals.refreshStandings()).rows, 0)
  const page = DealPage.parse(await deals.list(EVERYONE, { status: 'open', sort: 'risk', order: 'desc', limit: 20 }))
  for (const deal of page.items.slice(0, 5)) {
    const outcome = await deals.risk(EVERYONE, deal.id)
    assert.ok(outcome.kind === 'result' && deal.risk)
    const figures = outcome.result.figures as { level: string; score: number }
    assert.deepEqual([deal.risk.level, deal.risk.score?.toFixed(3)], [figures.level, figures.score.toFixed(3)])
  }
  const scores = page.items.map((deal) => deal.risk?.score ?? -1)
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  )
})

test('the last eight weeks are told by the recorded changes, as the stages then were', async () => {
  const days = await database.read((handle) =>
    handle.rows(
      z.object({ day: z.string(), isReconstructed: z.boolean() }),
      sql`select day, is_reconstructed as "isReconstructed" from snapshot_days where kind = 'deals' order by day`,
    ),
  )
  assert.deepEqual(
    days.map((row) => row.isReconstructed),
    [true, true, true, true, true, true, true, true, false],
  )
  // Independent of the store: the stage of each deal is the last change up to the day.
  const wrong = await count(
    sql`select count(*) as count from deal_snapshots n where n.day = '2026-10-25' and n.stage is distinct from coalesce(
      (select h.new_value from record_changes h where h.kind = 'deals' and h.field = 'stage' and h.record_id = n.deal_id and h.as_of <= n.day order by h.id desc limit 1),
      'prospecting')`,
  )
  assert.equal(wrong, 0)
  assert.equal(
    await count(sql`select count(*) as count from deal_snapshots where day = '2026-10-25'`),
    await count(
      sql`select count(*) as count from deals where created_on <= '2026-10-25' and (closed_on is null or closed_on > '2026-10-25')`,
    ),
  )
})

test('a decided deal loses its standing and keeps its history with a last row', async () => {
  await database.inTransaction((handle) =>
    handle.run(sql`update deals set stage = 'won', closed_on = ${TODAY}::date where id = 'deal-0005'`),
  )
  await deals.refreshStandings(['deal-0005'])
  assert.equal(await count(sql`select count(*) as count from deal_standings where deal_id = 'deal-0005'`), 0)
  assert.equal(
    await count(
      sql`select count(*) as count from deal_snapshots where deal_id = 'deal-0005' and day = ${TODAY} and stage = 'won'`,
    ),
    1,
  )
})

test('the board counts every open deal once, sums what has a value and shows peers nothing', async () => {
  const board = DealBoard.parse(await deals.board(EVERYONE, { sort: 'risk' }))
  for (const column of board.columns) {
    assert.equal(column.deals, await count(sql`select count(*) as count from deals where stage = ${column.stage}`))
    assert.equal(column.deals, column.items.length)
    assert.equal(
      column.total?.amountMicros,
      await count(sql`select sum(value_micros) as count from deals where stage = ${column.stage}`),
    )
    assert.equal(column.atRisk, column.items.filter((deal) => deal.risk?.level === 'high').length)
  }
  const owner = board.columns.flatMap((column) => column.items)[0]?.repId
  assert.ok(owner)
  const own = DealBoard.parse(await deals.board(principalSeeing([owner]), { sort: 'value' }))
  assert.ok(own.columns.every((column) => column.items.every((deal) => deal.repId === owner)))
  const nobody = DealBoard.parse(await deals.board(principalSeeing([]), { sort: 'value' }))
  assert.equal(
    nobody.columns.reduce((sum, column) => sum + column.deals, 0),
    0,
  )
})

test('pages in a kept order hold every deal once, as the sort of the rows has it, those without a key last', async () => {
  for (const sort of ['risk', 'lastActivityOn'] as const) {
    for (const order of ['asc', 'desc'] as const) {
      // A scope that names every rep is sorted from the rows; one that is everything follows what was kept.
      const reps = await database.read((handle) => handle.rows(z.object({ id: z.string() }), sql`select id from reps`))
      const [sorted, kept] = await Promise.all(
        [principalSeeing(reps.map((rep) => rep.id)), EVERYONE].map((who) => pageThrough(who, { sort, order })),
      )
      assert.ok(kept && kept.length > 200)
      assert.deepEqual(kept, sorted, `${sort} ${order}`)
    }
  }
})

async function pageThrough(
  principal: typeof EVERYONE,
  terms: { readonly sort: 'risk' | 'lastActivityOn'; readonly order: 'asc' | 'desc' },
): Promise<string[]> {
  const found: string[] = []
  let cursor: string | undefined
  do {
    const page = await deals.list(principal, { ...terms, limit: 77, cursor })
    found.push(...page.items.map((deal) => deal.id))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return found
}

test('standings, snapshots and their days go with the sample company', async () => {
  await database.inTransaction(deleteSample)
  for (const table of [sql`deal_standings`, sql`deal_snapshots`, sql`snapshot_days`])
    assert.equal(await count(sql`select count(*) as count from ${table}`), 0)
  assert.deepEqual(await deals.refreshStandings(), { deals: 0, rows: 0 })
})

test('a refresh that the removal of the sample overtakes writes nothing of it any more', async () => {
  // Of another day than the clock's: a day that was looked at would stay behind in the name of the sample.
  const past = '2026-10-30'
  await database.inTransaction((handle) => insertSample(handle, createSampleCompany({ today: past }), past))
  const sharedFacts = async () => {
    await database.inTransaction(deleteSample)
    return new Map()
  }
  await createDeals({ database, clock: clockAt(TODAY), sharedFacts }).refreshStandings()
  for (const table of [sql`deal_standings`, sql`deal_snapshots`])
    assert.equal(await count(sql`select count(*) as count from ${table}`), 0)
  assert.equal(await count(sql`select count(*) as count from snapshot_days where day <= ${past}::date`), 0)
})
