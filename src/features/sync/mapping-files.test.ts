import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillInput } from '#domain/sync/fill-input.ts'
import { planRead } from '#domain/sync/finish-records.ts'
import type { SyncMapping, SyncRead } from '#domain/sync/mapping.ts'
import type { ToolReply } from '#platform/mcp-client/mcp-connection.ts'
import { systemClock } from '#platform/clock.ts'
import { listMappingFiles, openMapping } from './mapping-files.ts'
import { mapPage, type MappedPage } from './map-page.ts'
import { parseMapping } from './parse-mapping.ts'
import { readPage, type Page } from './read-page.ts'
import type { SyncNeeds } from './sync-needs.ts'

const FOLDER = new URL('../../../sync', import.meta.url).pathname
const AFTER = { after: '512', since: '2026-11-28T10:00:00.000Z', settings: { org: 'prod', folder: '/srv/sf' } }
const FIRST = { ...AFTER, after: null, since: null }

async function open(name: string): Promise<SyncMapping> {
  return (await openMapping(FOLDER, { mapping: name, mappingText: null })).mapping
}

function readOf({ reads }: SyncMapping, name: string): SyncRead {
  const found = reads.find((read) => read.name === name)
  assert.ok(found, `no read ${name}`)
  return found
}

/** Through the very reading of a page, with the answer of a tool as it is documented. */
async function pageOf(read: SyncRead, reply: Partial<ToolReply>, values = FIRST): Promise<Page & { asked: unknown }> {
  let asked: unknown
  const needs = {
    clock: systemClock,
    readTool: async ({ input }: { readonly input: unknown }): Promise<ToolReply> => {
      asked = input
      return { isError: false, text: '', structured: null, ...reply }
    },
  }
  // Reading a page touches nothing else of the room.
  const page = await readPage(needs as unknown as SyncNeeds, {
    server: 'crm',
    read,
    values,
    signal: new AbortController().signal,
  })
  return { ...page, asked }
}

function mapped(read: SyncRead, { items }: Page): MappedPage {
  return mapPage(read, items, { server: 'crm', currency: 'EUR', plan: planRead(read), meant: (_kind, id) => id })
}

const rowsOf = ({ rows }: MappedPage): object[] =>
  rows.map(({ row: { id, values, origin } }) => ({ id, ...values, origin }))

test('every mapping file of the repository can be read, and names its reads in the order of dependence', async () => {
  const files = await listMappingFiles(FOLDER)
  assert.deepEqual(
    files.map(({ name, faults }) => [name, faults]),
    [
      ['generic', []],
      ['hubspot', []],
      ['hubspot-local', []],
      ['salesforce', []],
    ],
  )
})

/**
 * HubSpot: the answer of `hubspot-search-objects` as @hubspot/mcp-server 0.4.0 writes it (dist/tools/objects/searchObjectsTool.js:
 * JSON in a text, `results` with id, properties, createdAt, updatedAt, archived, and `paging`), with values in the forms of
 * HubSpot's search API. `search_crm_objects` of mcp.hubspot.com takes the same and answers records with id and properties.
 */
const HUBSPOT_DEALS = `{
  "results": [
    { "id": "18342912345",
      "properties": { "amount": "48000.50", "closedate": "2026-12-31T00:00:00Z", "createdate": "2026-03-02T14:07:31.120Z",
        "deal_currency_code": "USD", "dealname": "Harbor rollout", "dealstage": "contractsent", "hs_lastmodifieddate": "2026-11-28T09:58:00.001Z",
        "hs_next_step": null, "closed_lost_reason": null, "hs_object_id": "18342912345", "hs_primary_associated_company": "9001",
        "hs_merged_object_ids": "18342912340;18342912341", "hubspot_owner_id": "712" },
      "createdAt": "2026-03-02T14:07:31.120Z", "updatedAt": "2026-11-28T09:58:00.001Z", "archived": false },
    { "id": "18342912346",
      "properties": { "amount": null, "closedate": "2026-05-04T08:00:00Z", "createdate": "2026-03-03T00:00:00Z", "deal_currency_code": null,
        "dealname": "Pier", "dealstage": "closedlost", "hs_lastmodifieddate": "2026-11-01T00:00:00Z", "hs_next_step": "none",
        "closed_lost_reason": "Price", "hs_object_id": "18342912346", "hs_primary_associated_company": null,
        "hs_merged_object_ids": null, "hubspot_owner_id": null },
      "createdAt": "2026-03-03T00:00:00Z", "updatedAt": "2026-11-01T00:00:00Z", "archived": false },
    { "id": "18342912347",
      "properties": { "amount": "12", "closedate": null, "createdate": "2026-03-04T00:00:00Z", "deal_currency_code": "USD", "dealname": "Odd",
        "dealstage": "1093827465", "hs_lastmodifieddate": "2026-11-02T00:00:00Z", "hs_object_id": "18342912347" },
      "createdAt": "2026-03-04T00:00:00Z", "updatedAt": "2026-11-02T00:00:00Z", "archived": false }
  ]
}`

for (const name of ['hubspot', 'hubspot-local']) {
  test(`${name}: deals with money, days, stage, company, owner and merges; a stage of one's own is a fault by name`, async () => {
    const read = readOf(await open(name), 'deals')
    const page = await pageOf(read, { text: HUBSPOT_DEALS })
    const found = mapped(read, page)
    const [first, second] = rowsOf(found)
    assert.deepEqual(first, {
      id: 'crm:18342912345',
      name: 'Harbor rollout',
      client_id: 'crm:9001',
      rep_id: 'crm:712',
      value_micros: 48_000_500_000,
      value_estimate: null,
      currency: 'USD',
      created_on: '2026-03-02',
      expected_close_on: '2026-12-31',
      closed_on: null,
      next_step: null,
      lost_reason: null,
      stage: 'negotiation',
      origin: { stage: 'contractsent' },
    })
    assert.deepEqual(
      { ...second, origin: null },
      {
        ...first,
        id: 'crm:18342912346',
        name: 'Pier',
        client_id: null,
        rep_id: null,
        value_micros: null,
        currency: 'EUR',
        created_on: '2026-03-03',
        expected_close_on: null,
        closed_on: '2026-05-04',
        next_step: 'none',
        lost_reason: 'Price',
        stage: 'lost',
        origin: null,
      },
    )
    assert.equal(found.rows.length, 2)
    assert.deepEqual(found.findings, [
      {
        sort: 'fault',
        kind: 'deals',
        sourceId: '18342912347',
        field: 'stage',
        reason: 'The mapping has no word for "1093827465".',
        value: '1093827465',
      },
    ])
    assert.deepEqual(found.records[0]?.mergedFrom, ['18342912340', '18342912341'])
    assert.equal(page.next, null)
  })

  test(`${name}: asks by key, and for changes only when there is a day to count from`, async () => {
    const read = readOf(await open(name), 'contacts')
    const filtersOf = (input: unknown): unknown => Object(input).filterGroups[0].filters
    const key = { propertyName: 'hs_object_id', operator: 'GT' }
    assert.deepEqual(filtersOf((await pageOf(read, { text: HUBSPOT_DEALS })).asked), [{ ...key, value: '0' }])
    assert.deepEqual(filtersOf(fillInput(read.input, AFTER)), [
      { ...key, value: '512' },
      { propertyName: 'lastmodifieddate', operator: 'GTE', value: AFTER.since },
    ])
  })
}

test('hubspot-local: an activity hangs on its company, deal and contact, and the next page is where the answer says', async () => {
  // hubspot-list-objects of the same package: associations as the objects API lists them.
  const text = JSON.stringify({
    results: [
      {
        id: '77',
        properties: { hs_timestamp: '2026-11-20T23:30:00Z', hs_call_title: 'Price', hubspot_owner_id: '712' },
        createdAt: '2026-11-20T23:40:00Z',
        updatedAt: '2026-11-20T23:40:00Z',
        archived: false,
        associations: {
          companies: { results: [{ id: '9001', type: 'call_to_company' }] },
          deals: { results: [{ id: '18342912345', type: 'call_to_deal' }] },
        },
      },
    ],
    paging: { next: { after: 'NzdAMg==', link: 'https://api.hubapi.com/...' } },
  })
  const read = readOf(await open('hubspot-local'), 'calls')
  const page = await pageOf(read, { text })
  assert.equal(page.next, 'NzdAMg==')
  assert.deepEqual(rowsOf(mapped(read, page)), [
    {
      id: 'crm:77',
      kind: 'call',
      on_day: '2026-11-20',
      client_id: 'crm:9001',
      deal_id: 'crm:18342912345',
      contact_id: null,
      rep_id: 'crm:712',
      subject: 'Price',
      origin: {},
    },
  ])
})

/**
 * Salesforce: the answer of `run_soql_query` as @salesforce/mcp-provider-dx-core 0.9.8 writes it (lib/tools/run_soql_query.js: a
 * line of words, a blank one, and the query's result), with values in the forms of the REST API.
 */
const salesforceAnswer = (records: object[]): string =>
  `SOQL query results:\n\n${JSON.stringify({ done: true, totalSize: records.length, records }, null, 2)}`

test('salesforce: opportunities behind a line of words; zones without a colon, large numbers, stages with signs in them', async () => {
  const text = salesforceAnswer([
    {
      attributes: { type: 'Opportunity', url: '/services/data/v65.0/sobjects/Opportunity/006Hs00001AbCdEIAV' },
      Id: '006Hs00001AbCdEIAV',
      Name: 'Edge Emergency Generator',
      AccountId: '001Hs00002XyZzAIAV',
      OwnerId: '005Hs000001QrStIAK',
      StageName: 'Id. Decision Makers',
      Amount: 1.25e6,
      CloseDate: '2026-12-15',
      CreatedDate: '2026-01-09T22:15:00.000+0000',
      LastStageChangeDate: '2026-10-01T07:00:00.000+0000',
      NextStep: null,
      SystemModstamp: '2026-11-27T18:04:11.000+0000',
    },
  ])
  const read = readOf(await open('salesforce'), 'opportunities')
  const page = await pageOf(read, { text })
  const found = mapped(read, page)
  const [row] = rowsOf(found)
  assert.deepEqual(found.findings, [])
  assert.deepEqual(row, {
    id: 'crm:006Hs00001AbCdEIAV',
    name: 'Edge Emergency Generator',
    client_id: 'crm:001Hs00002XyZzAIAV',
    rep_id: 'crm:005Hs000001QrStIAK',
    value_micros: 1_250_000_000_000,
    value_estimate: null,
    currency: 'EUR',
    created_on: '2026-01-09',
    stage_entered_on: '2026-10-01',
    expected_close_on: '2026-12-15',
    closed_on: null,
    next_step: null,
    stage: 'qualification',
    origin: { stage: 'Id. Decision Makers' },
  })
  assert.equal(found.records[0]?.modifiedAt?.toISOString(), '2026-11-27T18:04:11.000Z')
  assert.equal(page.next, null, 'a page that is not full is the last')
})

test('salesforce: the query goes on by key and by what changed, and takes nothing that could end a quoted text', async () => {
  const read = readOf(await open('salesforce'), 'accounts')
  const queryOf = (values: typeof AFTER): string => String(Object(fillInput(read.input, values)).query)
  const plain = { ...AFTER, after: '001Hs00002XyZzAIAV' }
  assert.match(
    queryOf(plain),
    /WHERE Id != null AND Id > '001Hs00002XyZzAIAV' AND SystemModstamp >= 2026-11-28T10:00:00\.000Z ORDER BY Id/,
  )
  assert.match(
    (await pageOf(read, { text: salesforceAnswer([]) })).asked ? queryOf({ ...AFTER, after: '0' }) : '',
    /LIMIT 200$/,
  )
  assert.throws(() => queryOf({ ...AFTER, after: "1' OR Name != '" }), /cannot stand inside a query/)
})

test('salesforce: a task of an opportunity hangs on it, one of another object does not; the day falls back', async () => {
  const task = {
    Id: '00T1',
    Subject: 'Call',
    TaskSubtype: 'Call',
    ActivityDate: null,
    CreatedDate: '2026-11-02T10:00:00.000+0000',
    OwnerId: '005',
    AccountId: '001',
    WhoId: null,
    SystemModstamp: '2026-11-02T10:00:00.000+0000',
  }
  const read = readOf(await open('salesforce'), 'tasks')
  const text = salesforceAnswer([
    { ...task, What: { attributes: { type: 'Opportunity' }, Id: '006' } },
    { ...task, Id: '00T2', What: null },
  ])
  const rows = mapped(read, await pageOf(read, { text })).rows.map(({ row }) => [
    row.values['deal_id'],
    row.values['on_day'],
    row.values['kind'],
  ])
  assert.deepEqual(rows, [
    ['crm:006', '2026-11-02', 'call'],
    [null, '2026-11-02', 'call'],
  ])
})

test('a faulty mapping says the line and why, for every fault', () => {
  const text = `name: X
reads:
  - name: deals
    kind: deals
    tool: t
    items: results
    id: id
    fields:
      nmae: title
      stage: status
  - name: people
    kind: contacts
    tool: t
    paging: { next: next }
    input: { who: $settings.who }
    items: results
    id: id
    fields: { name: name }
`
  const parsed = parseMapping(text)
  assert.deepEqual('faults' in parsed ? parsed.faults : [], [
    'line 9: reads.0.fields.nmae: deals have no field "nmae".',
    'line 10: reads.0.fields.stage: Stages need a map from each stage of the CRM to one of ours.',
    'line 12: reads.1.kind: The order is reps, clients, contacts, deals, activities: who is pointed to comes first.',
    'line 15: reads.1.input: It is read page by page, so the input needs $after.',
    'line 15: reads.1.input: settings does not name who.',
    'line 18: reads.1.fields: contacts need the field "client".',
  ])
  const shape = parseMapping('name: X\nreads:\n  - { name: a, kind: leads, tool: t, items: a b, id: id, fields: {} }\n')
  assert.match(
    'faults' in shape ? shape.faults.join('\n') : '',
    /^line 3: reads\.0\.kind: .*\nline 3: reads\.0\.items: a path such as/,
  )
  const broken = parseMapping('name: [x\n')
  assert.match('faults' in broken ? broken.faults.join() : '', /^line \d: /)
})
