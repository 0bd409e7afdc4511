import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before } from 'node:test'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import type { PerformanceFigures } from '#domain/deal/performance.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { EXPORT_FOLDER, hasExport, testOfExport as test } from '../../../test/support/public-export.ts'
import { clockAt, principalSeeing } from '../../../test/support/records.ts'
import { createDeals } from './index.ts'

const { database } = await openTestDatabase()
const deals = createDeals({ database, clock: clockAt('2026-03-01') })

function read(name: string): Record<string, string>[] {
  return z
    .array(z.record(z.string(), z.string()))
    .parse(parse(readFileSync(new URL(name, EXPORT_FOLDER)), { columns: true }))
}

before(async () => {
  if (!hasExport) return
  const stages: Record<string, string> = {
    Prospecting: 'prospecting',
    Engaging: 'qualification',
    Won: 'won',
    Lost: 'lost',
  }
  const rows = read('sales_pipeline.csv').map((row) => ({
    id: row.opportunity_id,
    name: row.opportunity_id,
    rep_id: row.sales_agent,
    product_id: row.product,
    stage: stages[row.deal_stage ?? ''],
    value_micros: row.close_value ? Number(row.close_value) * 1_000_000 : null,
    created_on: row.engage_date || null,
    closed_on: row.close_date || null,
  }))
  const reps = read('sales_teams.csv').map((row) => ({ id: row.sales_agent, name: row.sales_agent }))
  await database.inTransaction(async (handle) => {
    await handle.run(
      sql`insert into reps (id, name, source) select id, name, 'test' from jsonb_populate_recordset(null::reps, ${JSON.stringify(reps)}::jsonb)`,
    )
    await handle.run(sql`insert into deals (id, name, rep_id, product_id, stage, value_micros, created_on, closed_on, source)
      select id, name, rep_id, product_id, stage, value_micros, created_on, closed_on, 'test' from jsonb_populate_recordset(null::deals, ${JSON.stringify(rows)}::jsonb)`)
    await handle.run(sql`insert into data_days (kind, as_of) values ('deals', '2017-12-31')`)
  })
})

const Truth = z.object({
  id: z.string(),
  won: z.number(),
  lost: z.number(),
  median: z.number().nullable(),
  mean: z.number().nullable(),
})

test('every rep of the export has the counts, median and mean of an independent statement, and no invented peers', async () => {
  const truth = await database.read((handle) =>
    handle.rows(
      Truth,
      sql`select r.id, count(*) filter (where stage = 'won') as won, count(*) filter (where stage = 'lost') as lost,
          percentile_cont(0.5) within group (order by closed_on - created_on) filter (where stage = 'won') as median,
          (avg(value_micros) filter (where stage = 'won'))::float8 as mean
        from reps r left join deals d on d.rep_id = r.id group by 1 order by 1`,
    ),
  )
  assert.equal(truth.length, 35)
  for (const { id, won, lost, median, mean } of truth) {
    const outcome = await deals.performance(principalSeeing(), id)
    assert.equal(outcome.kind, 'result')
    if (outcome.kind !== 'result') return
    const figures = outcome.result.figures as PerformanceFigures // of this very skill
    const found = (measure: string) =>
      figures.comparisons.find((one) => one.measure === measure && one.against === 'peers')
    if (won + lost === 0) {
      assert.deepEqual(figures.comparisons, [])
      continue
    }
    assert.equal(found('win_rate')?.rep.n, won + lost)
    assert.equal(found('cycle_days')?.rep.value, median)
    assert.ok(Math.abs((found('deal_value')?.rep.value ?? 0) - (mean ?? 0)) < 1)
    assert.equal(figures.quota, null)
    assert.ok(outcome.result.caveats.some((caveat) => caveat.startsWith('No quota is recorded')))
    assert.ok(figures.comparisons.every(({ measure }) => !['activity', 'no_champion'].includes(measure)))
  }
})
