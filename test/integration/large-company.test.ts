import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { dayOf } from '#domain/day.ts'
import type { Skill } from '#domain/skill.ts'
import { createClients } from '#features/clients/index.ts'
import { createDeals } from '#features/deals/index.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { loadLargeCompany } from '../../bench/support/large-company.ts'
import { openTestDatabase } from '../support/database.ts'
import { clockAt, principalSeeing } from '../support/records.ts'
import { assertNoLargeScan, recording } from '../support/statement-plans.ts'

/** Grow with every day of use: reading one of them whole to answer a page is what makes a house slow. */
const LARGE_TABLES = ['activities', 'usage_days', 'record_changes', 'deal_snapshots']

/** Half of the small company: enough that PostgreSQL prefers indexes, few enough to load in seconds. */
const SIZE = { deals: 5000, clients: 1000, activities: 50_000 }

const { database } = await openTestDatabase({ statementTimeoutMs: 60_000 })
await loadLargeCompany(database, SIZE)
const asked: Sql[] = []
const needs = { database: recording(database, asked), clock: clockAt(dayOf(new Date())) }
const deals = createDeals(needs)
const clients = createClients(needs)
await deals.refreshStandings()
await database.read(({ client }) => client.query('vacuum analyze'))
const everybody = principalSeeing()
const one = principalSeeing(['rep-003', 'rep-104'])

/** Asks once for the answer, then holds the plan of each of its statements against the rule. */
async function assertNoScan(what: string, ask: () => Promise<unknown>): Promise<void> {
  asked.length = 0
  await ask()
  await assertNoLargeScan(what, { database, noted: asked, large: LARGE_TABLES })
}

function run(name: string, input: unknown, principal = everybody): Promise<unknown> {
  const skill: Skill | undefined = deals.skills.find((offered) => offered.name === name)
  assert.ok(skill, name)
  return skill.run({ principal, input, signal: AbortSignal.timeout(60_000) })
}

const DEAL_SORTS = [
  'name',
  'client',
  'value',
  'stage',
  'createdOn',
  'expectedCloseOn',
  'closedOn',
  'lastActivityOn',
  'ageDays',
  'risk',
] as const
const CLIENT_SORTS = [
  'name',
  'arr',
  'renewalOn',
  'openDeals',
  'lastActivityOn',
  'customerSince',
  'health',
  'change30',
] as const

test('no page of deals or clients reads a growing table whole, in whatever order and for whomever', async () => {
  for (const principal of [everybody, one]) {
    for (const sort of DEAL_SORTS)
      await assertNoScan(`deals by ${sort}`, () => deals.list(principal, { sort, order: 'desc', limit: 50 }))
    for (const sort of CLIENT_SORTS)
      await assertNoScan(`clients by ${sort}`, () => clients.list(principal, { sort, order: 'desc', limit: 50 }))
    await assertNoScan('search', () =>
      deals.list(principal, { search: 'deal 77', sort: 'createdOn', order: 'desc', limit: 50 }),
    )
    for (const sort of ['risk', 'lastActivityOn'] as const)
      await assertNoScan('board', () => deals.board(principal, { sort }))
  }
})

test('a review and the coaching of a deal find what they compare with through indexes', async () => {
  await run('review-pipeline', {})
  for (const focus of ['overview', 'changes', 'ageing'])
    await assertNoScan(focus, () => run('review-pipeline', { focus }))
  await assertNoScan('coach-deal', () => run('coach-deal', { deal: 'deal-000044' }))
})

const Counted = z.object({ stage: z.string(), deals: z.number(), micros: z.number().nullable() })

/** By stage, from the plain table. */
function countPlainly(repIds: readonly string[] | null): Promise<z.infer<typeof Counted>[]> {
  return database.read((handle) =>
    handle.rows(
      Counted,
      sql`select stage, count(*)::int as deals, sum(value_micros)::float8 as micros from deals
        where ${repIds === null ? sql`true` : sql`rep_id = any(${repIds}::text[])`} group by stage`,
    ),
  )
}

const Reviewed = z.object({
  kind: z.literal('result'),
  result: z.object({
    figures: z.object({
      open: z.object({ deals: z.number(), value: z.object({ amount: z.object({ amountMicros: z.number() }) }) }),
      winRate: z.object({ won: z.number(), n: z.number() }),
    }),
  }),
})

test('totals of list, board and review are those of the plain table', async () => {
  for (const [principal, repIds] of [
    [everybody, null],
    [one, ['rep-003', 'rep-104']],
  ] as const) {
    const plain = await countPlainly(repIds)
    const sum = (stages: readonly string[], field: 'deals' | 'micros'): number =>
      plain.reduce((total, row) => (stages.includes(row.stage) ? total + (row[field] ?? 0) : total), 0)
    const open = ['prospecting', 'qualification', 'proposal', 'negotiation']
    const list = await deals.list(principal, { sort: 'value', order: 'desc', limit: 50 })
    assert.equal(list.total, sum([...open, 'won', 'lost'], 'deals'))
    const board = await deals.board(principal, { sort: 'risk' })
    assert.deepEqual(
      board.columns.map((column) => [column.stage, column.deals, column.total?.amountMicros ?? 0]),
      open.map((stage) => [stage, sum([stage], 'deals'), sum([stage], 'micros')]),
    )
    const { figures } = Reviewed.parse(await run('review-pipeline', {}, principal)).result
    assert.deepEqual(
      [figures.open.deals, figures.open.value.amount.amountMicros, figures.winRate.won, figures.winRate.n],
      [sum(open, 'deals'), sum(open, 'micros'), sum(['won'], 'deals'), sum(['won', 'lost'], 'deals')],
    )
  }
})

test('pages by the last activity hold together: each deal once, the latest first', async () => {
  const seen: { readonly id: string; readonly lastActivityOn: string | null }[] = []
  let cursor: string | undefined
  for (let page = 0; page < 3; page += 1) {
    const { items, nextCursor } = await deals.list(everybody, {
      sort: 'lastActivityOn',
      order: 'desc',
      limit: 100,
      cursor,
    })
    seen.push(...items)
    cursor = nextCursor ?? undefined
  }
  assert.equal(new Set(seen.map((deal) => deal.id)).size, 300)
  const days = seen.map((deal) => deal.lastActivityOn ?? '')
  assert.deepEqual(days, days.toSorted().toReversed())
})
