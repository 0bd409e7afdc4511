import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before } from 'node:test'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { Home } from '#contract/home.ts'
import type { DealRiskFigures } from '#domain/deal/risk.ts'
import type { PipelineFigures } from '#domain/deal/pipeline.ts'
import { rankAttention } from '#domain/home/attention.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, principalSeeing } from '../../../test/support/records.ts'
import { EXPORT_FOLDER, hasExport, testOfExport as test } from '../../../test/support/public-export.ts'
import { createDeals } from './index.ts'

const { database } = await openTestDatabase()
const clock = clockAt('2026-03-01')
const deals = createDeals({ database, clock })
const STAGES: Record<string, string> = {
  Prospecting: 'prospecting',
  Engaging: 'qualification',
  Won: 'won',
  Lost: 'lost',
}

function read(name: string): Record<string, string>[] {
  return z
    .array(z.record(z.string(), z.string()))
    .parse(parse(readFileSync(new URL(name, EXPORT_FOLDER)), { columns: true }))
}

function dayOfUs(text: string | undefined): string | null {
  const [month = '', day = '', year = ''] = (text ?? '').split('/')
  return year === '' ? null : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

before(async () => {
  if (!hasExport) return
  const pipeline = read('sales_pipeline.csv').map((row) => ({
    id: row.opportunity_id,
    name: `${row.account || 'No account'} - ${row.product}`,
    client_id: row.account || null,
    rep_id: row.sales_agent,
    product_id: row.product === 'GTXPro' ? 'GTX Pro' : row.product,
    stage: STAGES[row.deal_stage ?? ''],
    value_micros: row.close_value ? Number(row.close_value) * 1_000_000 : null,
    created_on: dayOfUs(row.engage_date),
    closed_on: dayOfUs(row.close_date),
    source: 'test',
  }))
  const products = read('products.csv').map((row) => ({
    id: row.product,
    name: row.product,
    list_price_micros: Number(row.sales_price) * 1_000_000,
    source: 'test',
  }))
  const reps = read('sales_teams.csv').map((row) => ({
    id: row.sales_agent,
    name: row.sales_agent,
    manager: row.manager,
    source: 'test',
  }))
  await database.inTransaction(async (handle) => {
    await handle.run(
      sql`insert into reps (id, name, manager, source) select id, name, manager, source from jsonb_populate_recordset(null::reps, ${JSON.stringify(reps)}::jsonb)`,
    )
    await handle.run(
      sql`insert into products (id, name, list_price_micros, source) select id, name, list_price_micros, source from jsonb_populate_recordset(null::products, ${JSON.stringify(products)}::jsonb)`,
    )
    await handle.run(sql`insert into deals (id, name, client_id, rep_id, product_id, stage, value_micros, created_on, closed_on, source)
      select id, name, client_id, rep_id, product_id, stage, value_micros, created_on, closed_on, source from jsonb_populate_recordset(null::deals, ${JSON.stringify(pipeline)}::jsonb)`)
    await handle.run(sql`insert into data_days (kind, as_of) values ('deals', '2017-12-31')`)
  })
})

async function review(input: unknown) {
  const outcome = await runSkill('review-pipeline', input)
  assert.equal(outcome.kind, 'result')
  return outcome.kind === 'result'
    ? { ...outcome.result, figures: outcome.result.figures as PipelineFigures }
    : assert.fail()
}

async function runSkill(name: string, input: unknown) {
  const skill = deals.skills.find((candidate) => candidate.name === name)
  assert.ok(skill)
  return skill.run({ principal: principalSeeing(), input, signal: new AbortController().signal })
}

test('the review of the export states its known totals and says that no open deal has a value', async () => {
  const result = await review({})
  assert.equal(result.asOf, '2017-12-31')
  assert.equal(result.figures.open.deals, 2089)
  assert.equal(result.figures.open.value, null)
  assert.equal(result.figures.open.withoutClient, 1425)
  assert.equal(result.figures.open.withoutCreatedDay, 500)
  assert.equal(result.figures.winRate.won, 4238)
  assert.equal(result.figures.winRate.lost, 2473)
  assert.equal(Math.round((result.figures.winRate.rate ?? 0) * 1000), 632)
  assert.ok(
    result.caveats.includes(
      'None of the 2,089 open deals has a value; import with list price mapped to get an estimate.',
    ),
  )
  assert.deepEqual(
    result.figures.open.stages.map((stage) => [stage.stage, stage.deals, stage.value]),
    [
      ['prospecting', 500, null],
      ['qualification', 1589, null],
    ],
  )
})

test('a mapped list price stands in for missing values and is called an estimate', async () => {
  await database.inTransaction((handle) =>
    handle.run(sql`update deals set value_estimate = 'list_price' where status = 'open'`),
  )
  const result = await review({ group: 'product' })
  await database.inTransaction((handle) => handle.run(sql`update deals set value_estimate = null`))
  assert.equal(result.figures.open.value?.estimatedRows, 2089)
  assert.equal(result.figures.open.value?.unvaluedRows, 0)
  assert.ok(result.caveats.some((caveat) => caveat.includes('an estimate')))
  assert.equal(
    result.figures.groups?.rows.reduce((sum, row) => sum + row.openDeals, 0),
    2089,
  )
})

test('one rep of the export is found by a part of the name', async () => {
  const result = await review({ rep: 'snelling', group: 'product' })
  assert.deepEqual(result.figures.filters, ['rep Anna Snelling'])
  assert.ok(result.figures.winRate.n > 100)
})

test('home on the export offers three honest items of different kinds without any value', async () => {
  const attention = await deals.findAttention(principalSeeing())
  const items = rankAttention(attention.candidates)
  assert.equal(items.length, 3)
  assert.equal(new Set(items.map((item) => item.kind)).size, 3)
  assert.ok(items.every((item) => item.stake.amount === null))
  assert.ok(Home.shape.figures.safeParse(attention.figures).success)
})

test('coaching a deal of the export names what is unknown instead of calling it a risk', async () => {
  const outcome = await deals.risk(principalSeeing(), '6CWZFOHJ')
  assert.equal(outcome.kind, 'result')
  if (outcome.kind !== 'result') return
  const figures = outcome.result.figures as DealRiskFigures
  assert.equal(figures.level, 'unknown')
  assert.ok((figures.winProbability?.n ?? 0) > 10)
})

test('a page of the export lists without reading the rest one by one', async () => {
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await deals.list(principalSeeing(), { sort: 'createdOn', order: 'desc', limit: 200, cursor })
    assert.equal(page.total, 8800)
    for (const deal of page.items) seen.add(deal.id)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  assert.equal(seen.size, 8800)
})

test('each focus says what the export cannot tell instead of a figure of nought', async () => {
  const expected: Readonly<Record<string, RegExp>> = {
    coverage: /^Coverage is not known: no rep in this view has a quota/,
    forecast: /^No forecast in money: no open deal has a value/,
    concentration: /^Concentration is not known: no open deal has a value/,
    changes: /^What changed since 2017-12-24 is not known: no day of the deals has been stored yet/,
  }
  for (const [focus, headline] of Object.entries(expected)) {
    const { headline: said, figures } = await review({ focus })
    assert.match(said, headline)
    const { outlook } = figures
    assert.deepEqual(
      [outlook?.coverage, outlook?.velocity, outlook?.concentration, outlook?.changes],
      [null, null, null, null],
    )
    assert.deepEqual(outlook?.slipping.worst, [])
    assert.deepEqual([outlook.slipping.openDeals, outlook.slipping.withoutExpectedClose], [2089, 2089])
  }
})

const Truth = z.object({
  open: z.int(),
  priced: z.int(),
  ceiling: z.number(),
  clients: z.int(),
  top: z.number(),
  medianDays: z.number(),
  decided: z.int(),
  wonInQuarter: z.number(),
})

test('coverage, forecast, velocity, concentration and the board agree with independent statements', async () => {
  await database.inTransaction(async (handle) => {
    await handle.run(sql`update deals set value_estimate = 'list_price' where status = 'open'`)
    await handle.run(sql`update reps set quota_micros = 100000000000 where manager = 'Dustin Brinkmann'`)
  })
  const { outlook } = (await review({ focus: 'forecast' })).figures
  const board = await deals.board(principalSeeing(), { sort: 'value' })
  const truth = await database.read((handle) =>
    handle.first(
      Truth,
      sql`with priced as (select d.id, d.client_id, p.list_price_micros as micros from deals d, products p where p.id = d.product_id and d.status = 'open')
        select (select count(*)::int from deals where stage in ('prospecting', 'qualification')) as open, (select count(*)::int from priced) as priced,
          (select sum(micros) from priced)::float8 as ceiling, (select count(distinct client_id)::int from priced) as clients,
          (select sum(micros) from (select micros from priced order by micros desc limit 3) t)::float8 as top,
          (select percentile_cont(0.5) within group (order by closed_on - created_on) from deals where stage = 'won') as "medianDays",
          (select count(*)::int from deals where stage in ('won', 'lost')) as decided,
          (select sum(value_micros) from deals where stage = 'won' and closed_on >= '2017-10-01')::float8 as "wonInQuarter"`,
    ),
  )
  const team = await database.read((handle) =>
    handle.first(
      z.object({ reps: z.int(), won: z.number(), open: z.number() }),
      sql`select count(distinct r.id)::int as reps,
          sum(d.value_micros) filter (where d.stage = 'won' and d.closed_on >= '2017-10-01')::float8 as won,
          sum(p.list_price_micros) filter (where d.stage in ('prospecting', 'qualification'))::float8 as open
        from reps r left join deals d on d.rep_id = r.id left join products p on p.id = d.product_id where r.manager = 'Dustin Brinkmann'`,
    ),
  )
  await database.inTransaction(async (handle) => {
    await handle.run(sql`update deals set value_estimate = null`)
    await handle.run(sql`update reps set quota_micros = null`)
  })
  assert.ok(truth && team && outlook?.forecast && outlook.coverage && outlook.velocity && outlook.concentration)
  const { forecast, coverage, velocity, concentration } = outlook
  assert.deepEqual(
    [forecast.open.deals, forecast.open.valuedDeals, forecast.open.ceiling.amountMicros, forecast.decidedDeals],
    [truth.open, truth.priced, truth.ceiling, truth.decided],
  )
  assert.equal(forecast.thisQuarter.wonSoFar.amountMicros, truth.wonInQuarter)
  assert.ok(forecast.open.low.amountMicros < forecast.open.expected.amountMicros)
  assert.ok(forecast.open.high.amountMicros < forecast.open.ceiling.amountMicros)
  assert.deepEqual(
    [coverage.repsWithQuota, coverage.quota.amountMicros, coverage.won.amountMicros, coverage.open.amountMicros],
    [team.reps, team.reps * 100_000_000_000, team.won, team.open],
  )
  assert.deepEqual([velocity.openDeals, velocity.medianCycleDays], [truth.open, truth.medianDays])
  assert.equal(velocity.meanValue.amountMicros, Math.round(truth.ceiling / truth.priced))
  assert.equal(concentration.total.amountMicros, truth.ceiling)
  assert.ok(Math.abs(concentration.topDealsShare - truth.top / truth.ceiling) < 1e-9)
  assert.equal(concentration.clients, truth.clients)
  assert.deepEqual(
    board.columns.map(({ stage, deals: count, unvaluedDeals, estimatedDeals }) => [
      stage,
      count,
      unvaluedDeals,
      estimatedDeals,
    ]),
    [
      ['prospecting', 500, 0, 500],
      ['qualification', 1589, 0, 1589],
      ['proposal', 0, 0, 0],
      ['negotiation', 0, 0, 0],
    ],
  )
  assert.equal(
    board.columns.reduce((sum, { total }) => sum + (total?.amountMicros ?? 0), 0),
    truth.ceiling,
  )
})

test('the board of the export as it is counts the deals and claims no money', async () => {
  const { columns } = await deals.board(principalSeeing(), { sort: 'ageDays' })
  assert.deepEqual(
    columns.map(({ deals: count, total, unvaluedDeals }) => [count, total, unvaluedDeals]),
    [
      [500, null, 500],
      [1589, null, 1589],
      [0, null, 0],
      [0, null, 0],
    ],
  )
})
