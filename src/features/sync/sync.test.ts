import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { Me } from '#contract/access.ts'
import { Home } from '#contract/home.ts'
import { ClientDetail, DealBoard, DealDetail } from '#contract/records.ts'
import { SyncDetail, SyncList } from '#contract/sync.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openCrmServer } from '../../../test/support/mcp/crm-server.ts'
import { connectCrm, openSyncHouse } from '../../../test/support/sync-house.ts'

/** A CRM of 10,000 records over HTTP, and the whole house: connect, copy, use, change there, use again. */
const crm = await openCrmServer()
const { house, ask, run } = await openSyncHouse(crm.port)
const { database, standings } = house.rooms
const Count = z.object({ count: z.number() })
const OPEN = new Set(['appointmentscheduled', 'qualifiedtobuy', 'presentationscheduled', 'contractsent'])
let syncId = ''

async function count(query: ReturnType<typeof sql>): Promise<number> {
  return (await database.read((handle) => handle.first(Count, query)))?.count ?? -1
}

async function countTables() {
  return {
    clients: await count(sql`select count(*) as count from clients`),
    contacts: await count(sql`select count(*) as count from contacts`),
    deals: await count(sql`select count(*) as count from deals`),
    activities: await count(sql`select count(*) as count from activities`),
  }
}

const dealOf = (id: string) => ask(DealDetail, 'GET', `/api/deals/${encodeURIComponent(`crm:${id}`)}`)
const clientOf = (id: string) => ask(ClientDetail, 'GET', `/api/clients/${encodeURIComponent(`crm:${id}`)}`)
/** Without the company that is always asked for: which calls of a tool were made since. */
const callsSince = (seen: number): object[] => crm.seen.slice(seen).filter(({ tool }) => tool === 'search_objects')

test('the first run brings all 10,000 records, or says of each that it cannot why', async (t) => {
  const sync = await connectCrm(ask, crm.url, { currency: 'EUR' })
  syncId = sync.id
  assert.equal(sync.freshness.state, 'never')
  const first = await run(syncId)
  const { counts } = first
  t.diagnostic(`${first.calls} calls, ${Date.parse(first.endedAt ?? '') - Date.parse(first.startedAt ?? '')} ms`)
  assert.deepEqual([first.status, first.full, first.errorDetail], ['complete', true, null])
  const withoutCompany = crm.records.all('contacts').filter(({ associations }) => !associations.companies)
  assert.deepEqual(await countTables(), {
    clients: crm.records.count('companies'),
    contacts: crm.records.count('contacts') - withoutCompany.length,
    deals: crm.records.count('deals'),
    activities: crm.records.count('activities'),
  })
  assert.deepEqual([counts['contacts']?.faulty, first.faults], [withoutCompany.length, withoutCompany.length])
  assert.deepEqual(
    first.findings.map(({ sourceId }) => sourceId),
    withoutCompany.slice(0, 100).map(({ id }) => id),
  )
  assert.deepEqual(first.findings[0], {
    sort: 'fault',
    kind: 'contacts',
    sourceId: withoutCompany[0]?.id,
    field: 'client',
    reason: 'Client is missing.',
    value: null,
  })
})

test('home and the board are filled from it, and say how old it is', async () => {
  await standings.refresh()
  const board = await ask(DealBoard, 'GET', '/api/deals/board')
  const open = crm.records.all('deals').filter(({ properties }) => OPEN.has(properties['dealstage'] ?? ''))
  assert.equal(
    board.columns.reduce((sum, { deals }) => sum + deals, 0),
    open.length,
  )
  const home = await ask(Home, 'GET', '/api/home')
  assert.equal(home.items.length, 3)
  const { company } = await ask(Me, 'GET', '/api/me')
  assert.deepEqual(
    company.sources.map(({ source, name, state }) => [source, name, state]),
    [['crm', 'Test CRM', 'fresh']],
  )
  assert.match(company.sources[0]?.says ?? '', /^Test CRM, \d+ s old\.$/)
})

test('the next run asks for what changed only, once per kind, and brings it with its history', async () => {
  const [deal, gone] = crm.records.all('deals').filter(({ properties }) => properties['dealstage'] === 'qualifiedtobuy')
  const [company] = crm.records.all('companies')
  assert.ok(deal && gone && company)
  crm.records.change('deals', deal.id, { dealstage: 'contractsent', dealname: 'Renamed there' })
  crm.records.archive('deals', gone.id)
  const added = crm.records.add(
    'deals',
    {
      dealname: 'New there',
      dealstage: 'appointmentscheduled',
      amount: '1200.00',
      deal_currency_code: 'EUR',
      closedate: null,
    },
    { companies: { results: [{ id: company.id, type: 'deal_to_company' }] } },
  )
  const before = crm.seen.length
  const next = await run(syncId)
  assert.deepEqual([next.status, next.full], ['complete', false])
  assert.equal(callsSince(before).length, 4, 'a page per kind')
  const { read, created, changed, removed } = next.counts['deals'] ?? {}
  assert.deepEqual({ read, created, changed, removed }, { read: 3, created: 1, changed: 1, removed: 1 })
  const here = await dealOf(deal.id)
  assert.deepEqual([here.stage, here.name], ['negotiation', 'Renamed there'])
  const told = here.history
    .filter(({ kind }) => kind === 'change')
    .map(({ title, detail }) => `${title}: ${detail ?? ''}`)
  assert.ok(
    told.some((line) => /qualification/i.test(line) && /negotiation/i.test(line)),
    told.join('\n'),
  )
  const fresh = await dealOf(added.id)
  assert.deepEqual([fresh.clientId, fresh.value?.amount.amountMicros], [`crm:${company.id}`, 1_200_000_000])
  await assert.rejects(dealOf(gone.id), /404/)
  assert.equal(
    await count(sql`select count(*) as count from record_changes where kind = 'deals' and record_id = ${`crm:${gone.id}`}
      and field = 'record' and old_value like '%qualification%' and new_value is null`),
    1,
  )
})

test('what was merged there follows: deals and contacts of the one belong to the other', async () => {
  const busy = crm.records
    .all('companies')
    .map(({ id }) => ({
      id,
      deals: crm.records
        .all('deals')
        .filter(({ archived, associations }) => !archived && associations.companies?.results[0]?.id === id),
      contacts: crm.records.all('contacts').filter(({ associations }) => associations.companies?.results[0]?.id === id),
    }))
    .filter(({ deals, contacts }) => deals.length > 0 && contacts.length > 0)
  const [loser, winner] = busy
  assert.ok(loser && winner)
  crm.records.merge('companies', loser.id, winner.id)
  const merging = await run(syncId)
  assert.equal(merging.counts['companies']?.merged, 1)
  assert.equal(merging.conflicts, 0)
  await assert.rejects(clientOf(loser.id), /404/)
  const here = await clientOf(winner.id)
  assert.equal(here.deals.length, loser.deals.length + winner.deals.length)
  assert.equal(here.contacts.length, loser.contacts.length + winner.contacts.length)
  const dangling = sql`select count(*) as count from deals where client_id = ${`crm:${loser.id}`}`
  assert.equal(await count(dangling), 0)
})

test('a whole run finds what no change ever told of', async () => {
  const [erased] = crm.records.all('contacts').filter(({ associations }) => associations.companies)
  assert.ok(erased)
  crm.records.erase('contacts', erased.id)
  const blind = await run(syncId)
  assert.equal(blind.counts['contacts']?.removed, 0)
  const whole = await run(syncId, { full: true })
  assert.deepEqual([whole.full, whole.counts['contacts']?.removed], [true, 1])
  assert.equal(await count(sql`select count(*) as count from contacts where id = ${`crm:${erased.id}`}`), 0)
  const changed = Object.values(whole.counts).reduce((sum, counts) => sum + counts.changed + counts.created, 0)
  assert.equal(changed, 0, 'everything else was as it is there')
})

test('a server that is gone leaves the last good data, with its age, and the run says why in words', async () => {
  const before = await countTables()
  await crm.close()
  const failed = await run(syncId)
  assert.equal(failed.status, 'failed')
  assert.match(
    failed.errorDetail ?? '',
    /Test CRM.*What was read until then is stored; the next run goes on from there\.$/,
  )
  assert.deepEqual(await countTables(), before)
  // As if the hours had passed.
  await database.read((handle) => handle.run(sql`update syncs set last_ok_at = last_ok_at - interval '5 hours'`))
  const { items } = await ask(SyncList, 'GET', '/api/mcp/syncs')
  assert.deepEqual([items[0]?.freshness.state, items[0]?.failures, items[0]?.lastRun?.status], ['stale', 1, 'failed'])
  assert.equal(items[0]?.freshness.says, 'Test CRM, 5 h old: newer data could not be read.')
  const inMinutes = (Date.parse(items[0]?.nextRunAt ?? '') - Date.now()) / 60_000
  assert.ok(inMinutes > 4 && inMinutes < 6, `tried again in ${inMinutes} min`)
})

test('back again, it goes on by itself when its time comes', async () => {
  await crm.restart()
  const [deal] = crm.records.all('deals').filter(({ archived }) => !archived)
  assert.ok(deal)
  crm.records.change('deals', deal.id, { dealname: 'Changed while it was away' })
  const tick = house.rooms.syncs.jobs.find(({ name }) => name === 'sync-tick')
  await database.read((handle) => handle.run(sql`update syncs set next_run_at = now() - interval '1 second'`))
  const runsBefore = (await ask(SyncDetail, 'GET', `/api/mcp/syncs/${syncId}`)).runs.length
  await tick?.run({}, new AbortController().signal)
  const { runs } = await ask(SyncDetail, 'GET', `/api/mcp/syncs/${syncId}`)
  assert.equal(runs.length, runsBefore + 1)
  // The same run is answered to whoever asks while it is under way.
  const ended = await run(syncId)
  assert.equal(ended.status, 'complete', ended.errorDetail ?? '')
  assert.equal((await dealOf(deal.id)).name, 'Changed while it was away')
  const { items } = await ask(SyncList, 'GET', '/api/mcp/syncs')
  assert.equal(items[0]?.freshness.state, 'fresh')
})
