import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EvidenceKind, EvidenceList } from '#contract/records.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createEvidence } from '#features/evidence/index.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openMemoryHouse } from '../../../test/support/memory-house.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { evidenceRoutes } from './evidence-routes.ts'

const { database } = await openTestDatabase()
const memories = openMemoryHouse({ database, clock: clockAt('2026-06-30') })
const evidence = createEvidence({ database, clock: clockAt('2026-06-30'), readMemories: memories.evidence })
const [route] = evidenceRoutes({ evidence })
const ALL = { kind: 'all' } as const

await insertRecords(database, 'reps', [
  { id: 'r1', name: 'Ann', manager: 'Mia', region: 'East' },
  { id: 'r2', name: 'Bob' },
  { id: 's1', name: 'Cora', kind: 'csm' },
])
await insertRecords(database, 'products', [
  { id: 'p1', name: 'Pay', list_price_micros: 1_234_500_000 },
  { id: 'p2', name: 'Pay plus' },
])
await insertRecords(database, 'clients', [
  { id: 'c1', name: 'Alder Point', owner_rep_id: 'r1', csm_rep_id: 's1', arr_micros: 90_000_000_000, nps: 0 },
  { id: 'c2', name: 'Birch Bay', owner_rep_id: 'r2' },
])
await insertRecords(database, 'deals', [
  {
    id: 'd1',
    name: 'Alder more',
    client_id: 'c1',
    rep_id: 'r1',
    product_id: 'p1',
    stage: 'proposal',
    value_estimate: 'list_price',
  },
  {
    id: 'd2',
    name: 'Alder of a peer',
    client_id: 'c1',
    rep_id: 'r2',
    product_id: 'p2',
    stage: 'won',
    closed_on: '2026-03-03',
  },
])
await insertRecords(database, 'contacts', [
  { id: 'k1', client_id: 'c1', name: 'Kay', role: 'economic buyer', left_on: '2026-06-01' },
  { id: 'k2', client_id: 'c2', name: 'Leo' },
])
await insertRecords(database, 'activities', [
  { id: 'a1', kind: 'call', on_day: '2026-06-20', client_id: 'c1', rep_id: 's1', contact_id: 'k1', notes: 'Went well' },
  { id: 'a2', kind: 'email', on_day: '2026-06-21', client_id: 'c1', deal_id: 'd2', rep_id: 'r2', subject: 'Peer talk' },
  { id: 'a3', kind: 'call', on_day: '2026-06-22', deal_id: 'd1', rep_id: 'r1', subject: 'Pricing' },
  { id: 'a4', kind: 'task', on_day: '2026-06-23', rep_id: 'r2', subject: 'Alone' },
  { id: 'a5', kind: 'task', on_day: '2026-06-23', subject: 'Of nobody' },
])
await insertRecords(database, 'transcripts', [
  { id: 't1', client_id: 'c1', on_day: '2026-06-02', title: 'Review', body: 'x'.repeat(900) },
  { id: 't2', client_id: 'c1', deal_id: 'd2', on_day: '2026-06-02', title: 'Peer call', body: 'Secret' },
])
await insertRecords(database, 'usage_days', [
  { id: 'u1', client_id: 'c1', on_day: '2026-06-29', active_users: 0, licensed_seats: 1200, sessions: 7 },
  { id: 'u2', client_id: 'c2', on_day: '2026-06-29' },
])
await insertRecords(database, 'invoices', [
  { id: 'i1', client_id: 'c1', amount_micros: 4_210_500_000, issued_on: '2026-05-01', due_on: '2026-06-01' },
  { id: 'i2', client_id: 'c2', amount_micros: 1_000_000, currency: 'EUR', due_on: '2026-06-01', paid_on: '2026-06-02' },
  { id: 'i,3%', client_id: 'c1' },
])
await insertRecords(database, 'tickets', [
  { id: 'x1', client_id: 'c1', opened_on: '2026-06-27', severity: 'high', escalated: true, subject: 'Down' },
  { id: 'x2', client_id: 'c2', opened_on: '2026-06-27', resolved_on: '2026-06-28' },
])

await insertRecords(database, 'record_changes', [
  {
    kind: 'deals',
    record_id: 'd1',
    field: 'value_micros',
    old_value: '4000000',
    new_value: '5500000',
    as_of: '2026-06-20',
  },
  { kind: 'deals', record_id: 'd2', field: 'stage', old_value: 'proposal', new_value: 'won', as_of: '2026-03-03' },
])
await database.inTransaction((handle) =>
  handle.run(sql`insert into deal_snapshots (deal_id, day, stage, currency)
    select id, '2026-06-20', stage, currency from deals`),
)

const REFS = [
  'deal:d1 deal:d2 client:c1 client:c2 contact:k1 contact:k2 activity:a1 activity:a2 activity:a3 activity:a4 activity:a5',
  'transcript:t1 transcript:t2 usage:u1 usage:u2 invoice:i1 invoice:i2 ticket:x1 ticket:x2 rep:r1 rep:r2 rep:s1',
  'product:p1 product:p2 deal:gone change:1 change:2 snapshot:deal:d1:2026-06-20 snapshot:deal:d2:2026-06-20',
]
  .join(' ')
  .split(' ')

/** Asks the route as the server does: the query by its shape, the answer held against the declared one. */
async function ask(refs: string, visible: readonly string[] | typeof ALL = ALL) {
  assert.ok(route?.query && route.response)
  const answer = await route.handle({
    params: undefined,
    query: route.query.parse({ refs }) as undefined,
    body: undefined,
    principal: principalSeeing(visible),
    correlationId: 'test',
    signal: new AbortController().signal,
    // The route answers with data alone and touches none of these.
    upload: undefined as never,
    request: undefined as never,
    reply: undefined as never,
  })
  return EvidenceList.parse(answer).items
}

async function seenBy(visible: readonly string[] | typeof ALL): Promise<string> {
  return (await ask(REFS.join(','), visible)).map(({ kind, id }) => `${kind}:${id}`).join(' ')
}

async function factsOf(ref: string): Promise<Record<string, string>> {
  const [row] = await ask(ref)
  assert.ok(row)
  return Object.fromEntries(row.facts.map(({ label, value }) => [label, value]))
}

test('whoever sees all gets every row that is there, in the order asked, each once', async () => {
  assert.equal(await seenBy(ALL), REFS.filter((ref) => ref !== 'deal:gone').join(' '))
  assert.equal((await ask('deal:d1,client:c1,deal:d1')).length, 2)
  const stored = EvidenceKind.options.filter((kind) => kind !== 'memory')
  assert.deepEqual(new Set(REFS.map((ref) => ref.split(':')[0])), new Set(stored))
})

test('a memory is evidence for those who may see it, and for nobody once it is erased', async () => {
  const [of1, of2] = ['018f0000-0000-7000-8000-0000000000a1', '018f0000-0000-7000-8000-0000000000a2']
  await database.read((handle) =>
    handle.run(sql`insert into memories (id, kind, audience, subject_kind, subject_id, subject_label, text, strength, trust, source_kind, source_id, on_day)
      select id::uuid, 'fact', 'record', 'deal', deal, deal, 'Said of ' || deal, 1, 'imported', 'import', 'i1', '2026-06-01'
      from (values (${of1}, 'd1'), (${of2}, 'd2')) as v (id, deal)`),
  )
  const refs = `memory:${of1},memory:${of2},memory:no-uuid`
  const [row, ...rest] = await ask(refs, ['r1'])
  assert.deepEqual([row?.id, row?.label, row?.about?.id, rest], [of1, 'Said of d1', 'd1', []])
  assert.equal((await ask(refs)).length, 2)
  await memories.eraseSource({ kind: 'import', id: 'i1' })
  assert.deepEqual(await ask(refs), [])
})

test('each principal sees the rows of the reps they stand for and no peer’s, of every kind', async () => {
  const alder = 'client:c1 contact:k1 activity:a1'
  assert.equal(
    await seenBy(['r1']),
    `deal:d1 ${alder} activity:a3 transcript:t1 usage:u1 invoice:i1 ticket:x1 rep:r1 product:p1 change:1 snapshot:deal:d1:2026-06-20`,
  )
  assert.equal(await seenBy(['s1']), `${alder} transcript:t1 usage:u1 invoice:i1 ticket:x1 rep:s1`)
  assert.equal(
    await seenBy(['r2']),
    'deal:d2 client:c1 client:c2 contact:k1 contact:k2 activity:a1 activity:a2 activity:a4 transcript:t1 transcript:t2 ' +
      'usage:u1 usage:u2 invoice:i1 invoice:i2 ticket:x1 ticket:x2 rep:r2 product:p2 change:2 snapshot:deal:d2:2026-06-20',
  )
  assert.equal(await seenBy([]), '')
})

test('nothing that a reader may not open stands in what they see', async () => {
  const seen = JSON.stringify(await ask(REFS.join(','), ['r1']))
  for (const hidden of ['Peer', 'peer', 'Secret', 'Birch', 'Bob', 'd2', 'c2']) assert.ok(!seen.includes(hidden), hidden)
})

test('money and days read as people write them, what is missing and matters is said, the rest is left out', async () => {
  assert.deepEqual(await factsOf('invoice:i1'), {
    Amount: '$4,210.50',
    Issued: '1 May 2026',
    Due: '1 Jun 2026',
    Paid: 'Not yet',
    'Late by': '29 days',
  })
  assert.deepEqual(await factsOf('invoice:i2'), {
    Amount: '€1',
    Due: '1 Jun 2026',
    Paid: '2 Jun 2026',
    'Late by': '1 day',
  })
  assert.deepEqual(await factsOf('usage:u1'), { Day: '29 Jun 2026', 'Active users': '0 of 1,200', Sessions: '7' })
  assert.deepEqual(await factsOf('ticket:x1'), {
    Severity: 'High',
    Opened: '27 Jun 2026',
    Resolved: 'Still open',
    'Open for': '3 days',
    Escalated: 'Yes',
  })
  assert.deepEqual(await factsOf('deal:d1'), {
    Value: '$1,234.50 (estimated from the list price)',
    Stage: 'Proposal',
    Owner: 'Ann',
    'Expected close': 'Not in the data',
    'Next step': 'None recorded',
  })
  assert.deepEqual(await factsOf('deal:d2'), {
    Value: 'Not in the data',
    Stage: 'Won',
    Owner: 'Bob',
    Closed: '3 Mar 2026',
  })
  assert.deepEqual(await factsOf('client:c1'), {
    ARR: '$90,000',
    Renewal: 'Not in the data',
    Owner: 'Ann',
    CSM: 'Cora',
    NPS: '0',
  })
  assert.deepEqual(await factsOf('contact:k1'), {
    Role: 'Economic buyer',
    'Last contacted': 'Not in the data',
    Left: '1 Jun 2026',
  })
  assert.equal((await factsOf('transcript:t1')).Begins?.length, 500)
})

test('lateness runs to the day the invoices speak for, not to the clock', async () => {
  await database.inTransaction((handle) =>
    handle.run(sql`insert into data_days (kind, as_of) values ('invoices', '2026-06-11')`),
  )
  assert.equal((await factsOf('invoice:i1'))['Late by'], '10 days')
  await database.inTransaction((handle) => handle.run(sql`delete from data_days`))
})

test('a row names the deal it belongs to, else the client, and has a label of its own where the data gives none', async () => {
  const rows = await ask('activity:a1,activity:a2,activity:a5,invoice:i1,usage:u1,deal:d1')
  assert.deepEqual(
    rows.map(({ label, about }) => [label, about && `${about.kind}:${about.id} ${about.label}`]),
    [
      ['Call of 20 Jun 2026', 'client:c1 Alder Point'],
      ['Peer talk', 'deal:d2 Alder of a peer'],
      ['Of nobody', null],
      ['Invoice due 1 Jun 2026', 'client:c1 Alder Point'],
      ['Usage of 29 Jun 2026', 'client:c1 Alder Point'],
      ['Alder more', 'client:c1 Alder Point'],
    ],
  )
})

test('an id may hold anything when it is encoded, and a reference that is none is refused by its place', async () => {
  assert.deepEqual(
    (await ask(`invoice:${encodeURIComponent('i,3%')}`)).map(({ id, label }) => [id, label]),
    [['i,3%', 'Invoice of an unknown day']],
  )
  for (const refs of ['', 'deal', 'deal:', ',', Array.from({ length: 41 }, (_, n) => `deal:${n}`).join(',')]) {
    await assert.rejects(ask(refs), { name: 'ZodError' }, refs)
  }
  for (const ref of ['member:m1', 'constructor:x', 'deal:%', 'deal:%00']) {
    await assert.rejects(ask(`deal:d1,${ref}`), (error: unknown) => {
      assert.ok(error instanceof Error && 'code' in error && 'faults' in error)
      assert.equal(error.code, 'INVALID_INPUT')
      assert.match(JSON.stringify(error.faults), /refs\.1/)
      return true
    })
  }
})
