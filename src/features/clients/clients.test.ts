import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientDetail, ClientPage } from '#contract/records.ts'
import type { HealthFigures } from '#domain/client/health.ts'
import { addDays } from '#domain/day.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { createDeals } from '../deals/index.ts'
import type { ClientSort } from './clients-store.ts'
import { createClients } from './index.ts'

const { database } = await openTestDatabase()
const TODAY = '2026-06-30'
const clock = clockAt(TODAY)
const deals = createDeals({ database, clock })
const clients = createClients({ database, clock, listDealsOfClient: deals.listDealsOfClient })
const EVERYONE = principalSeeing()
const ago = (days: number): string => addDays(TODAY, -days)

await insertRecords(database, 'reps', [
  { id: 'r1', name: 'Ann' },
  { id: 's1', name: 'Cora', kind: 'csm' },
])
await insertRecords(database, 'clients', [
  {
    id: 'c1',
    name: 'Alder Point',
    owner_rep_id: 'r1',
    csm_rep_id: 's1',
    arr_micros: 90_000_000_000,
    renewal_on: addDays(TODAY, 40),
    licensed_seats: 10,
  },
  { id: 'c2', name: 'Birch Bay', csm_rep_id: 's1', arr_micros: 10_000_000_000, parent_client_id: 'c1' },
  { id: 'c3', name: 'Cedar Row', renewal_on: addDays(TODAY, 20) },
  { id: 'c4', name: 'Dune Court' },
])
await insertRecords(database, 'deals', [
  { id: 'd1', name: 'Alder more', client_id: 'c1', rep_id: 'r1', stage: 'proposal' },
  { id: 'd2', name: 'Alder secret', client_id: 'c1', rep_id: 'r2', stage: 'proposal' },
  { id: 'd3', name: 'Cedar start', client_id: 'c3', rep_id: 'r2', stage: 'proposal' },
])
await insertRecords(database, 'activities', [
  { id: 'a1', kind: 'call', on_day: ago(100), client_id: 'c1', rep_id: 's1', subject: 'Review' },
  { id: 'a2', kind: 'call', on_day: ago(2), client_id: 'c1', deal_id: 'd2', rep_id: 'r2', subject: 'Secret talk' },
])
await insertRecords(
  database,
  'usage_days',
  [0, 7, 14, 21, 30, 37, 44, 51].map((days) => ({
    id: `u${days}`,
    client_id: 'c1',
    on_day: ago(days),
    active_users: days < 30 ? 4 : 8,
    sessions: 10,
  })),
)
await insertRecords(database, 'invoices', [
  { id: 'i1', client_id: 'c2', amount_micros: 7_000_000_000, issued_on: ago(60), due_on: ago(30) },
  { id: 'i2', client_id: 'c2', amount_micros: 9_000_000_000, issued_on: ago(900), due_on: ago(800) },
])
await insertRecords(database, 'contacts', [
  { id: 'k1', client_id: 'c1', name: 'Ada', role: 'champion', left_on: ago(10) },
])

async function health(text: string, principal = EVERYONE) {
  const [skill] = clients.skills
  assert.ok(skill)
  const outcome = await skill.run({
    principal,
    input: skill.parse({ client: text }),
    signal: new AbortController().signal,
  })
  return outcome
}

async function idsOf(principal: typeof EVERYONE): Promise<string[]> {
  const page = ClientPage.parse(await clients.list(principal, { sort: 'name', order: 'asc', limit: 50 }))
  assert.equal(page.total, page.items.length)
  return page.items.map((client) => client.id)
}

test('a client is seen by its owner, its CSM and the reps with a deal there, and by no one else', async () => {
  assert.deepEqual(await idsOf(EVERYONE), ['c1', 'c2', 'c3', 'c4'])
  assert.deepEqual(await idsOf(principalSeeing(['r1'])), ['c1'])
  assert.deepEqual(await idsOf(principalSeeing(['s1'])), ['c1', 'c2'])
  assert.deepEqual(await idsOf(principalSeeing(['r2'])), ['c1', 'c3'])
  assert.deepEqual(await idsOf(principalSeeing([])), [])
})

test('a client out of sight is as absent as one that does not exist', async () => {
  for (const id of ['c2', 'nothing']) {
    await assert.rejects(clients.get(principalSeeing(['r1']), id), { code: 'NOT_FOUND' })
    await assert.rejects(clients.health(principalSeeing(['r1']), id), { code: 'NOT_FOUND' })
  }
  assert.equal((await health('Birch Bay', principalSeeing(['r1']))).kind, 'nothing')
})

test("a peer's deal leaves no trace on a shared client", async () => {
  const mine = await clients.get(principalSeeing(['r1']), 'c1')
  assert.deepEqual(
    mine.deals.map((deal) => deal.id),
    ['d1'],
  )
  assert.deepEqual([mine.openDeals, mine.lastActivityOn], [1, ago(100)])
  assert.ok(!JSON.stringify(mine).toLowerCase().includes('secret'))
  const seen = await clients.health(principalSeeing(['r1']), 'c1')
  assert.ok(!JSON.stringify(seen).toLowerCase().includes('secret'))
  const all = ClientDetail.parse(await clients.get(EVERYONE, 'c1'))
  assert.deepEqual([all.openDeals, all.lastActivityOn], [2, ago(2)])
  assert.ok(all.history.some((entry) => entry.id === 'a2'))
  assert.equal(all.usage.length, 8)
})

test('every sort pages through all clients once, unknown values last', async () => {
  const sorts: ClientSort[] = ['name', 'arr', 'renewalOn', 'openDeals', 'lastActivityOn', 'customerSince']
  for (const sort of sorts) {
    for (const order of ['asc', 'desc'] as const) {
      const whole = (await clients.list(EVERYONE, { sort, order, limit: 50 })).items.map((client) => client.id)
      const paged: string[] = []
      let cursor: string | undefined
      do {
        const page = await clients.list(EVERYONE, { sort, order, limit: 1, cursor })
        paged.push(...page.items.map((client) => client.id))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      assert.deepEqual(paged, whole, `${sort} ${order}`)
      assert.equal(new Set(paged).size, 4)
    }
  }
  const byArr = await clients.list(EVERYONE, { sort: 'arr', order: 'desc', limit: 50 })
  assert.deepEqual(
    byArr.items.map((client) => client.id),
    ['c1', 'c2', 'c3', 'c4'],
  )
})

test('health comes from the stored rows: half the seats in use and falling', async () => {
  const outcome = await health('alder')
  assert.ok(outcome.kind === 'result')
  const figures = outcome.result.figures as HealthFigures
  const seats = figures.components[0]?.inputs[0]
  assert.deepEqual([seats?.name, seats?.score], ['seats_active', 40])
  assert.equal(figures.trend30?.change, -0.5)
  assert.equal(figures.client.renewalInDays, 40)
  assert.ok(
    outcome.result.coverage.missing.some((missing) => missing.input === 'Features in use' && missing.remedy !== ''),
  )
})

test('a client with nothing stored has no score', async () => {
  const outcome = await health('Dune Court')
  assert.ok(outcome.kind === 'result')
  assert.deepEqual([(outcome.result.figures as HealthFigures).score, outcome.result.confidence.level], [null, 'none'])
})

test('a rep asked for as a client is said to be a colleague, in sight only', async () => {
  const outcome = await health('ann')
  assert.ok(outcome.kind === 'nothing')
  assert.match(outcome.reason, /^Ann is on your team, not a client\.$/)
  const hidden = await health('ann', principalSeeing(['r9']))
  assert.match(hidden.kind === 'nothing' ? hidden.reason : '', /^There is no client called "ann"/)
})

test('usage is measured on the day usage speaks for', async () => {
  const later = createClients({ database, clock: clockAt('2027-06-30') })
  const scoreOf = async () => {
    const outcome = await later.health(EVERYONE, 'c1')
    return outcome.kind === 'result' ? (outcome.result.figures as HealthFigures).components[0]?.score : undefined
  }
  assert.equal(await scoreOf(), null)
  await database.inTransaction((handle) =>
    handle.run(sql`insert into data_days (kind, as_of) values ('usage', ${TODAY})`),
  )
  assert.notEqual(await scoreOf(), null)
  await database.inTransaction((handle) => handle.run(sql`delete from data_days`))
})

test('what matters today is found with its money, and nothing overdue by years', async () => {
  const { candidates, figures, caveats } = await clients.findAttention(EVERYONE)
  assert.deepEqual(candidates.map((candidate) => candidate.id).toSorted(), [
    'client_champion_left:c1',
    'overdue_invoices:c2',
    'renewal_at_risk:c1',
    'usage_drop:c1',
  ])
  const overdue = candidates.find((candidate) => candidate.kind === 'overdue_invoices')
  assert.deepEqual([overdue?.stake.amount?.amountMicros, overdue?.daysPast], [7_000_000_000, 30])
  assert.ok(caveats.some((caveat) => caveat.startsWith('1 unpaid invoice fell due more than 180 days ago')))
  assert.deepEqual(
    figures.map((figure) => [figure.value, figure.note]),
    [['$90K', '2 clients, 1 without a known amount not counted']],
  )
})

test('attention keeps to the row scope', async () => {
  const { candidates } = await clients.findAttention(principalSeeing(['r2']))
  assert.ok(candidates.every((candidate) => candidate.record?.id !== 'c2'))
  assert.deepEqual((await clients.findAttention(principalSeeing([]))).candidates, [])
})

test('a client nobody in sight spoke with for weeks is named as silent', async () => {
  const { candidates } = await clients.findAttention(principalSeeing(['r1']))
  const silent = candidates.find((candidate) => candidate.kind === 'silent_client')
  assert.deepEqual([silent?.record?.id, silent?.daysPast], ['c1', 100])
})

test('clients that are behind are counted in sight, and not known where no invoice tells', async () => {
  await clients.refreshStandings()
  assert.equal(await clients.countBehind(EVERYONE), 1)
  assert.equal(await clients.countBehind(principalSeeing(['s1'])), 1)
  assert.equal(await clients.countBehind(principalSeeing(['r1'])), null, 'only a client without invoices is in sight')
})

test('those more than thirty days late are counted apart, also where an invoice names no amount', async () => {
  const lateBy = async (days: number): Promise<readonly (number | null)[]> => {
    const invoice = { id: `late ${days}`, client_id: 'c4', amount_micros: null, issued_on: ago(70), due_on: ago(days) }
    await insertRecords(database, 'invoices', [invoice])
    await clients.refreshStandings()
    return Promise.all([clients.countBehind(EVERYONE), clients.countOverdue(EVERYONE)])
  }
  assert.deepEqual(await lateBy(30), [2, 1])
  assert.deepEqual(await lateBy(31), [2, 2])
  assert.equal(await clients.countOverdue(principalSeeing(['s1'])), 1)
  assert.equal(await clients.countOverdue(principalSeeing(['r1'])), null)
})

test('clients that renew soon are counted in sight, by days from the data day, and not known without a renewal day', async () => {
  assert.deepEqual(
    await Promise.all([19, 20, 39, 40].map((days) => clients.countRenewing(EVERYONE, days))),
    [0, 1, 1, 2],
  )
  assert.equal(await clients.countRenewing(principalSeeing(['r1']), 60), 1)
  assert.equal(await clients.countRenewing(principalSeeing([]), 60), null)
})
