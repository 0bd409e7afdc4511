import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays } from '#domain/day.ts'
import { PIPELINE_GROUPINGS, type PipelineGrouping } from '#domain/deal/pipeline.ts'
import { tallyAll, tallyDeals, type AgeLimits, type DealFact, type DealTally } from '#domain/deal/tally.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { pipelineScope } from './pipeline-store.ts'
import { tallyPipeline } from './pipeline-tally-store.ts'

const { database } = await openTestDatabase()
const TODAY = '2026-06-30'
const REPS = [
  { id: 'r1', name: 'Ann', manager: 'Mia' },
  { id: 'r2', name: 'Bea', manager: 'Mia' },
  { id: 'r3', name: 'Cid', manager: null },
]
const PRODUCTS = [
  { id: 'p1', name: 'Core', list_price_micros: 5_000_000, currency: 'USD' },
  { id: 'p2', name: 'Plus', list_price_micros: null, currency: 'EUR' },
]
const CLIENTS = [
  { id: 'c1', name: 'Alder', segment: 'large' },
  { id: 'c2', name: 'Birch', industry: 'retail' },
]
await insertRecords(database, 'reps', REPS)
await insertRecords(database, 'products', PRODUCTS)
await insertRecords(database, 'clients', CLIENTS)

// Near days often, so that edges (closed on the day of creation, the rim of a window) are met.
const ago = fc
  .oneof(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 178, max: 182 }), fc.integer({ min: 0, max: 400 }))
  .map((days) => addDays(TODAY, -days))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const dealRow = fc.record({
  id: fc.uuid(),
  name: fc.constant('Deal'),
  client_id: maybe(fc.constantFrom('c1', 'c2', 'gone')),
  rep_id: maybe(fc.constantFrom('r1', 'r2', 'r3', 'gone')),
  product_id: maybe(fc.constantFrom('p1', 'p2', 'gone')),
  stage: fc.constantFrom('prospecting', 'qualification', 'proposal', 'negotiation', 'won', 'won', 'won', 'lost'),
  value_micros: maybe(fc.nat(9_000_000_000)),
  value_estimate: maybe(fc.constant('list_price')),
  currency: fc.constantFrom('USD', 'USD', 'EUR'),
  created_on: maybe(ago),
  closed_on: maybe(ago),
})
type Row = typeof dealRow extends fc.Arbitrary<infer R> ? R : never

/** Key and label of the deal's group, written out apart from the store's SQL. */
function groupOf(row: Row, by: PipelineGrouping): readonly [string | null, string | null] {
  const client = CLIENTS.find((found) => found.id === row.client_id)
  const manager = REPS.find((found) => found.id === row.rep_id)?.manager ?? null
  const segment = client?.segment ?? client?.industry ?? null
  if (by === 'rep') return [row.rep_id, nameIn(REPS, row.rep_id)]
  if (by === 'product') return [row.product_id, nameIn(PRODUCTS, row.product_id)]
  if (by === 'manager') return [manager, manager]
  return by === 'segment' ? [segment, segment] : [row.stage, row.stage]
}

function nameIn(rows: readonly { id: string; name: string }[], id: string | null): string | null {
  return rows.find((row) => row.id === id)?.name ?? id
}

/** The same deal as the pure function sees it. */
function factOf(row: Row, by: PipelineGrouping | null): DealFact {
  const product = PRODUCTS.find((found) => found.id === row.product_id)
  const stands = row.value_micros === null && row.value_estimate !== null
  const valueMicros = stands ? (product?.list_price_micros ?? null) : row.value_micros
  const [key, label] = by === null ? [null, null] : groupOf(row, by)
  return {
    key,
    label,
    status: row.stage === 'won' || row.stage === 'lost' ? row.stage : 'open',
    clientId: row.client_id,
    valueMicros,
    currency: stands ? (product?.currency ?? row.currency) : row.currency,
    isEstimated: row.value_estimate !== null && valueMicros !== null,
    createdOn: row.created_on,
    closedOn: row.closed_on,
  }
}

function sorted(tallies: readonly DealTally[]): DealTally[] {
  return tallies
    .map((tally) => ({ ...tally, cycleDays: tally.cycleDays === null ? null : roundAll(tally.cycleDays) }))
    .toSorted((a, b) => String(a.key).localeCompare(String(b.key)))
}

function roundAll([a, b, c, d]: readonly [number, number, number, number]): [number, number, number, number] {
  const round = (value: number): number => Math.round(value * 1e6) / 1e6
  return [round(a), round(b), round(c), round(d)]
}

/** Stores the rows, then holds every count of SQL against the pure function's. */
async function assertAgree(
  rows: readonly Row[],
  limits: AgeLimits | null,
  reps: readonly string[] | null,
): Promise<void> {
  await database.inTransaction((handle) => handle.run(sql`delete from deals`))
  await insertRecords(database, 'deals', rows)
  const seen = rows.filter((row) => reps === null || (row.rep_id !== null && reps.includes(row.rep_id)))
  const scope = pipelineScope(principalSeeing(reps ?? { kind: 'all' }).visible)
  const terms = { asOf: TODAY, currency: 'USD', limits }
  const { all: overall } = await database.read((handle) => tallyPipeline(handle, scope, terms))
  const facts = (by: PipelineGrouping | null): DealFact[] => seen.map((row) => factOf(row, by))
  assert.deepEqual(sorted([overall]), sorted([tallyAll(facts(null), terms)]))
  for (const by of PIPELINE_GROUPINGS) {
    const { groups } = await database.read((handle) => tallyPipeline(handle, scope, { ...terms, by }))
    assert.deepEqual(sorted(groups), sorted(tallyDeals(facts(by), terms)))
  }
}

test('totals counted in SQL equal the pure function on random deals, for every grouping and scope', async () => {
  const days = fc.integer({ min: 0, max: 400 })
  const limits = fc.option(fc.record({ p75Days: days.map((n) => n / 2), p90Days: days }), { nil: null })
  const scopes = fc.constantFrom<string[] | null>(null, ['r1'], ['r2', 'r3'], [])
  await fc.assert(fc.asyncProperty(fc.array(dealRow, { maxLength: 25 }), limits, scopes, assertAgree), { numRuns: 40 })
})

test('both agree on the rims: an age equal to a limit, a close on the first and last day of the window', async () => {
  const base: Row = {
    id: '',
    name: 'Deal',
    client_id: null,
    rep_id: 'r1',
    product_id: null,
    stage: 'proposal',
    value_micros: null,
    value_estimate: null,
    currency: 'USD',
    created_on: null,
    closed_on: null,
  }
  const aged = [49, 50, 51, 99, 100, 101].map((days) => ({
    ...base,
    id: `open-${days}`,
    created_on: addDays(TODAY, -days),
  }))
  const closed = [-1, 0, 179, 180, 181].map((days): Row => ({
    ...base,
    id: `won-${days}`,
    stage: 'won',
    closed_on: addDays(TODAY, -days),
  }))
  await assertAgree([...aged, ...closed], { p75Days: 50, p90Days: 100 }, null)
  const terms = { asOf: TODAY, currency: 'USD', limits: { p75Days: 50, p90Days: 100 } }
  const { all: counted } = await database.read((handle) =>
    tallyPipeline(handle, pipelineScope(principalSeeing().visible), terms),
  )
  assert.deepEqual([counted.olderThanP75, counted.olderThanP90, counted.recentWon, counted.earlierWon], [4, 1, 2, 2])
})
