import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { Home } from '#contract/home.ts'
import { ClientPage, DealPage, RepPage } from '#contract/records.ts'
import { addDays, dayOf } from '#domain/day.ts'
import { sql } from '#platform/postgres/sql.ts'
import { listAllRoutes } from '../../scripts/all-routes.ts'
import { openTestHouse } from '../support/house.ts'
import type { Answer } from '../support/raw-http.ts'
import { insertRecords } from '../support/records.ts'
import { until } from '../support/told-secrets.ts'
import { insertTeamCompany } from '../support/team-company.ts'
import { askAndRead, bare, joinHouse, messagesOf, openConversation, visit, type Visitor } from '../support/visitors.ts'
import { ROUTES_OF_NOBODY } from '../support/routes-of-nobody.ts'

// Promise A5 as non-interference: what a member is answered does not depend on the rows they may not see. Every answer is
// taken twice, before another team's rows exist and after, and must be the same to the byte.

const today = dayOf(new Date())
const house = await openTestHouse()
const { access, database } = house.rooms
const HIDDEN = 'canaryb'

await insertRecords(database, 'reps', [{ id: 'alpha-rep', name: 'Ada Alpha', manager: 'Mona' }])
await insertRecords(database, 'products', [{ id: 'product', name: 'Product', list_price_micros: 3e6 }])
// Both serve it; its parent is the other team's.
await insertRecords(database, 'clients', [
  {
    id: 'common',
    name: 'Common Client',
    arr_micros: 5e6,
    parent_client_id: `${HIDDEN}-client`,
    customer_since: '2020-01-01',
  },
])
await insertTeamCompany(database, { mark: 'alpha', rep: 'alpha-rep', value: 10, today })
const owner = await joinHouse(house, { role: 'owner', rowScope: 'all', name: 'Olga' })
const team = await access.createTeam(owner, { name: 'Alpha', manager: 'Mona' })

const VISITORS: Readonly<Record<string, Visitor>> = {
  'a member with own rows': await joinHouse(house, { rowScope: 'own', repId: 'alpha-rep', name: 'Ann' }),
  "a lead with the team's rows": await joinHouse(house, {
    role: 'lead',
    rowScope: 'team',
    teamId: team.id,
    name: 'Lia',
  }),
  'a member with team rows and no team': await joinHouse(house, { rowScope: 'team', name: 'Tom' }),
  'a viewer with own rows and no rep': await joinHouse(house, { role: 'viewer', rowScope: 'own', name: 'Val' }),
}

const SORTS = [
  'name',
  'client',
  'value',
  'stage',
  'createdOn',
  'expectedCloseOn',
  'closedOn',
  'lastActivityOn',
  'ageDays',
]
const CLIENT_SORTS = ['name', 'arr', 'renewalOn', 'openDeals', 'lastActivityOn', 'customerSince']
const LISTED = [
  ...SORTS.flatMap((sort) => [`/api/deals?sort=${sort}&order=asc`, `/api/deals?sort=${sort}&order=desc&limit=3`]),
  ...CLIENT_SORTS.flatMap((sort) => [`/api/clients?sort=${sort}`, `/api/clients?sort=${sort}&order=desc&limit=1`]),
  ...['deals', 'clients'].flatMap((kind) =>
    [HIDDEN, 'same name', 'common', 'e'].map((word) => `/api/${kind}?search=${encodeURIComponent(word)}`),
  ),
  ...['open', 'won', 'lost'].map((status) => `/api/deals?status=${status}`),
  `/api/deals?repId=${HIDDEN}-rep`,
  `/api/deals?clientId=${HIDDEN}-client`,
  '/api/deals?clientId=common',
  `/api/clients?industry=${HIDDEN}%20industry`,
  '/api/reps',
  '/api/home',
  `/api/evidence?refs=deal:${HIDDEN}-same,client:${HIDDEN}-client,rep:${HIDDEN}-rep,client:common,deal:alpha-same`,
  '/api/usage',
  '/api/budgets',
  '/api/audit',
  '/api/imports',
  '/api/keys',
  '/api/sample',
  '/api/conversations',
  `/api/conversations?search=${HIDDEN}`,
  '/api/clients/common',
  '/api/clients/common/health',
  '/api/clients/alpha-client',
  '/api/clients/alpha-client/health',
  '/api/deals/alpha-same',
  '/api/deals/alpha-common',
  '/api/deals/alpha-common/risk',
  '/api/deals/board',
  `/api/deals/board?search=${HIDDEN}`,
  `/api/deals/board?repId=${HIDDEN}-rep`,
  '/api/deals?sort=risk',
  '/api/deals?risk=high',
  '/api/clients?sort=health',
  '/api/clients?sort=change30',
  ...['alpha', HIDDEN].flatMap((mark) => [`/api/reps/${mark}-rep`, `/api/reps/${mark}-rep/performance`]),
  '/api/memories',
  `/api/memories?search=${HIDDEN}`,
  '/api/memories?status=quarantined',
  `/api/evidence?refs=transcript:${HIDDEN}-common,activity:${HIDDEN}-own,invoice:${HIDDEN}-invoice`,
  '/api/drafts',
  '/api/commitments?status=all',
  '/api/commitments?clientId=common',
  '/api/briefing',
  '/api/briefings',
]
const RUNS: readonly (readonly [persona: string, skill: string, input: object])[] = [
  ...['stage', 'rep', 'manager', 'product', 'segment', undefined].map(
    (group) => ['marcus', 'review-pipeline', group ? { group } : {}] as const,
  ),
  ['marcus', 'review-pipeline', { rep: 'Bo' }],
  ['marcus', 'review-pipeline', { manager: 'Nora' }],
  ['marcus', 'review-pipeline', { product: `${HIDDEN} product` }],
  ['marcus', 'coach-deal', { deal: 'Same Name' }],
  ['marcus', 'coach-deal', { deal: 'common' }],
  ['marcus', 'coach-deal', { deal: `${HIDDEN}-same` }],
  ['marcus', 'record-next-step', { deal: `${HIDDEN}-same`, nextStep: 'Call them', dueOn: addDays(today, 3) }],
  ['sarah', 'assess-health', { client: 'Common Client' }],
  ['sarah', 'assess-health', { client: `${HIDDEN}-client` }],
  ...['overview', 'changes', 'forecast', 'coverage', 'ageing', 'concentration'].map(
    (focus) => ['marcus', 'review-pipeline', { focus }] as const,
  ),
  ...['Ada Alpha', 'Bo Bravo', `${HIDDEN}-rep`].flatMap((rep) => [
    ['marcus', 'review-performance', { rep }] as const,
    ['marcus', 'plan-skills', { rep }] as const,
  ]),
  ...['alpha-same', `${HIDDEN}-same`, 'Same Name', 'common'].flatMap((about) => [
    ['marcus', 'prepare-meeting', { about }] as const,
    ['marcus', 'review-call', { call: about }] as const,
    ['marcus', 'handle-objection', { objection: 'Too expensive', deal: about }] as const,
  ]),
  ...['Common Client', 'alpha-client', `${HIDDEN}-client`].flatMap((client) =>
    ['predict-churn', 'plan-intervention', 'plan-success', 'prepare-qbr'].map(
      (skill) => ['sarah', skill, { client }] as const,
    ),
  ),
  ...['overview', 'moves', 'payments'].map((focus) => ['sarah', 'review-portfolio', { focus }] as const),
  ['sarah', 'review-portfolio', { csm: 'Bo Bravo' }],
  ['sarah', 'forecast-renewals', {}],
]
const QUESTIONS: readonly (readonly [persona: string, text: string])[] = [
  ['marcus', 'How is our pipeline?'],
  ['marcus', 'What is our win rate by product?'],
  ['marcus', 'Which open deals are older than the ones we win?'],
  ['marcus', 'Coach me on the deal Same Name'],
  ['sarah', 'How healthy is Common Client?'],
]

/** All that a visitor can be told, by address. Only what differs between any two askings is taken out. */
async function tell(visitor: Visitor): Promise<Map<string, string>> {
  const told = new Map<string, string>()
  const note = (name: string, answer: Answer): unknown => told.set(name, JSON.stringify(bare(answer)))
  for (const path of LISTED) note(path, await visit(visitor, { path }))
  for (const [persona, skill, input] of RUNS) {
    const answer = await visit(visitor, {
      method: 'POST',
      path: `/api/personas/${persona}/skills/${skill}`,
      body: input,
    })
    note(`${skill} ${JSON.stringify(input)}`, answer)
  }
  for (const path of [
    `/api/deals/${HIDDEN}-same`,
    `/api/deals/${HIDDEN}-same/risk`,
    `/api/clients/${HIDDEN}-client`,
    `/api/clients/${HIDDEN}-client/health`,
  ])
    note(path, await visit(visitor, { path }))
  if (visitor.principal.role !== 'viewer')
    for (const [persona, text] of QUESTIONS) told.set(text, await talk(visitor, persona, text))
  return told
}

async function talk(visitor: Visitor, persona: string, text: string): Promise<string> {
  const opened = await visit(visitor, { method: 'POST', path: '/api/conversations', body: { persona } })
  const { id }: { id: string } = JSON.parse(opened.text)
  await askAndRead(visitor, id, text)
  const { text: listed } = await visit(visitor, { path: `/api/conversations/${id}/messages` })
  await visit(visitor, { method: 'DELETE', path: `/api/conversations/${id}` })
  const { items }: { items: { text: string; sources: unknown[]; calls: { summary: string }[] }[] } = JSON.parse(listed)
  // Calls that run side by side are noted as they end.
  const parts = items.map((item) => [
    item.text,
    item.sources.map((source) => JSON.stringify(source)).toSorted(),
    item.calls.map((call) => call.summary).toSorted(),
  ])
  return JSON.stringify(parts)
}

// Where records stand is computed from all rows, once for everybody; what is asked here must not move by the others'.
await house.rooms.standings.refresh()
await until(async () => {
  const Open = z.object({ n: z.number() })
  const open = sql`select count(*) as n from pgboss.job where name = 'standings-refresh' and state in ('created', 'active', 'retry')`
  return (await database.read((handle) => handle.first(Open, open)))?.n === 0
}, 'the refresh that a start begins')

const told = new Map<string, Map<string, string>>()
for (const [name, visitor] of Object.entries(VISITORS)) {
  // The ledger counts one's own questions, so a first round makes both later ones start alike.
  told.set(name, await tell(visitor))
}

/** The other team, with people who talk. */
await insertRecords(database, 'reps', [{ id: `${HIDDEN}-rep`, name: 'Bo Bravo', manager: 'Nora' }])
await insertTeamCompany(database, { mark: HIDDEN, rep: `${HIDDEN}-rep`, value: 1000, today })
const otherTeam = await access.createTeam(owner, { name: 'Bravo', manager: 'Nora' })
const bob = await joinHouse(house, { rowScope: 'own', repId: `${HIDDEN}-rep`, teamId: otherTeam.id, name: 'Bob' })
const bobsTalk = await openConversation(bob, `${HIDDEN} title`)
await askAndRead(bob, bobsTalk, `How is ${HIDDEN} deal 1 doing?`)

// What was remembered of before must not pass for an answer of after.
house.rooms.home.forget()

/** The ledger of one's own and the audit differ by what the visitor did in between. */
const OWN_LEDGER = new Set(['/api/usage', '/api/audit'])

for (const [name, visitor] of Object.entries(VISITORS)) {
  test(`${name} is told the same whether or not another team's rows exist`, async () => {
    const before = told.get(name) ?? new Map<string, string>()
    assert.ok(before.size > 60)
    const after = await tell(visitor)
    for (const [place, answer] of after) {
      if (!OWN_LEDGER.has(place)) assert.equal(answer, before.get(place), place)
    }
    // An asker's own words may come back to them; nothing else may bear the mark.
    for (const [place, answer] of after) {
      if (!place.includes(HIDDEN) && !place.startsWith('/api/clients/common'))
        assert.ok(!answer.includes(HIDDEN), `${place}: ${answer}`)
    }
  })
}

test('the tour asks what has answers: most skills come to a result', () => {
  const answers = [...(told.get('a member with own rows') ?? []).values()]
  const results = answers.filter((answer) => answer.includes('\\"kind\\":\\"result'))
  assert.ok(results.length > 35, String(results.length))
})

test('the other team is told its own rows, so the canaries were there to be found', async () => {
  const own = DealPage.parse(JSON.parse((await visit(bob, { path: '/api/deals' })).text))
  assert.equal(own.total, 26)
  assert.ok(own.items.every((deal) => deal.id.startsWith(HIDDEN)))
  const all = DealPage.parse(JSON.parse((await visit(owner, { path: '/api/deals' })).text))
  assert.equal(all.total, 52)
  const clients = ClientPage.parse(JSON.parse((await visit(bob, { path: '/api/clients' })).text))
  assert.deepEqual(clients.items.map(({ id }) => id).toSorted(), [`${HIDDEN}-client`, 'common'])
})

test('who stands for no rep and no team sees nothing, not everything', async () => {
  for (const name of ['a member with team rows and no team', 'a viewer with own rows and no rep']) {
    const visitor = VISITORS[name]
    assert.ok(visitor)
    assert.equal(DealPage.parse(JSON.parse((await visit(visitor, { path: '/api/deals' })).text)).total, 0, name)
    assert.equal(ClientPage.parse(JSON.parse((await visit(visitor, { path: '/api/clients' })).text)).total, 0, name)
    assert.deepEqual(RepPage.parse(JSON.parse((await visit(visitor, { path: '/api/reps' })).text)).items, [], name)
    const home = Home.parse(JSON.parse((await visit(visitor, { path: '/api/home' })).text))
    assert.deepEqual([home.items, home.figures], [[], []], name)
  }
})

test("a lead and an owner find nothing of a member's talk: not by id, not by search, not in audit or usage", async () => {
  const [question] = await messagesOf(bob, bobsTalk)
  const lead = VISITORS["a lead with the team's rows"]
  assert.ok(lead && question)
  for (const visitor of [owner, lead]) {
    for (const path of [
      '/api/conversations',
      `/api/conversations?search=${HIDDEN}`,
      '/api/audit',
      '/api/usage',
      '/api/members',
      '/metrics',
    ])
      assert.doesNotMatch((await visit(visitor, { path })).text, new RegExp(`${bobsTalk}|${HIDDEN} (title|deal)`), path)
    assert.equal((await visit(visitor, { path: `/api/conversations/${bobsTalk}/messages` })).status, 404)
    const body = { rating: 'up' }
    assert.equal(
      (await visit(visitor, { method: 'POST', path: `/api/messages/${question.id}/feedback`, body })).status,
      404,
    )
  }
})

test('every address that is read has its place in this tour, or shows nothing of anybody', () => {
  const elsewhere = [
    '/api/me',
    '/api/teams',
    '/api/members',
    '/api/backups',
    '/api/imports/:id',
    '/api/imports/:id/faults',
    '/api/conversations/:id',
    '/api/conversations/:id/messages',
    '/api/turns/:id',
    '/api/turns/:id/events',
    '/api/turns/:id/trace',
    '/api/memories/:id',
    '/api/drafts/:id',
    '/api/mcp/syncs',
    '/api/mcp/syncs/:id',
  ]
  const toured = LISTED.map((path) => path.split('?')[0] ?? path)
  const shapes = new Set([
    ...toured,
    '/api/deals/:id',
    '/api/deals/:id/risk',
    '/api/clients/:id',
    '/api/clients/:id/health',
    '/api/reps/:id',
    '/api/reps/:id/performance',
    ...ROUTES_OF_NOBODY,
    ...elsewhere,
  ])
  for (const { method, path } of listAllRoutes()) if (method === 'GET') assert.ok(shapes.has(path), path)
})
