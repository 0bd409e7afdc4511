import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { z } from 'zod'
import { SophiaError, type ErrorCode } from '#domain/errors.ts'
import { createCrmLookalike } from '#domain/sample/crm-lookalike.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createTestImports, importer, requestOf } from '../../../test/support/import-fixture.ts'

async function setUp() {
  const { database } = await openTestDatabase()
  const count = async (table: 'deals' | 'clients' | 'import_faults'): Promise<number> => {
    const from = { deals: sql`deals`, clients: sql`clients`, import_faults: sql`import_faults` }[table]
    const row = await database.read((handle) =>
      handle.first(z.object({ n: z.int() }), sql`select count(*)::int as n from ${from}`),
    )
    return row?.n ?? -1
  }
  return { database, count, ...createTestImports(database) }
}

const hasCode = (code: ErrorCode) => (error: unknown) => error instanceof SophiaError && error.code === code
const DEALS = 'id,name,stage,value,expected close date\n1,One,Proposal,100,2026-03-01\n2,Two,Won,200,\n'

test('bad rows are reported with line, column, reason and value, and the rest is loaded', async () => {
  const { imports, importText, count } = await setUp()
  const report = await importText('deals', `${DEALS}3,Three,Limbo,12 apples,\n4,Four\n5,Five,Lost,7,\n`)
  assert.deepEqual([report.status, report.rowsRead, report.rowsCreated, report.rowsFaulty], ['complete', 5, 3, 2])
  const faults = await imports.listFaults({ id: report.id, limit: 50 }, importer)
  assert.deepEqual(
    faults.items.map(({ line, column, value }) => [line, column, value]),
    [
      [4, 'stage', 'Limbo'],
      [4, 'value', '12 apples'],
      [5, null, '4 | Four'],
    ],
  )
  assert.equal(await count('deals'), 3)
  const first = await imports.listFaults({ id: report.id, limit: 2 }, importer)
  const rest = await imports.listFaults({ id: report.id, limit: 2, cursor: first.nextCursor ?? '' }, importer)
  assert.deepEqual([...first.items, ...rest.items], faults.items)
})

test('a faulty value that is too long to show is cut between characters, and the rest is loaded', async () => {
  const { imports, importText, count } = await setUp()
  const report = await importText('deals', `${DEALS}3,Three,${'L'.repeat(198)}😀 and more,12,\n`)
  assert.deepEqual([report.status, report.rowsCreated, report.rowsFaulty], ['complete', 2, 1])
  const faults = await imports.listFaults({ id: report.id, limit: 50 }, importer)
  assert.equal(faults.items[0]?.value, `${'L'.repeat(198)}…`)
  assert.equal(await count('deals'), 2)
})

test('an atomic import with a bad row loads nothing and lists the faults', async () => {
  const { imports, importText, count } = await setUp()
  await assert.rejects(
    importText('deals', `${DEALS}3,Three,Limbo,1,\n`, { isAtomic: true }),
    hasCode('IMPORT_ROWS_FAULTY'),
  )
  assert.equal(await count('deals'), 0)
  const [report] = (await imports.listImports({ limit: 5 }, importer)).items
  assert.deepEqual([report?.status, report?.rowsCreated, report?.rowsFaulty], ['failed', 0, 1])
  assert.equal(await count('import_faults'), 1)
})

test('a dry run counts what would happen and stores no record', async () => {
  const { importText, count } = await setUp()
  const report = await importText('deals', DEALS, { isDryRun: true })
  assert.deepEqual([report.status, report.rowsCreated], ['complete', 2])
  assert.equal(await count('deals'), 0)
})

test('re-import changes nothing; a change is kept in history with the day it speaks for, and a later close counts as a push', async () => {
  const { database, importText } = await setUp()
  await importText('deals', DEALS)
  const again = await importText('deals', DEALS)
  assert.deepEqual([again.rowsCreated, again.rowsChanged, again.rowsUnchanged], [0, 0, 2])
  const moved = await importText(
    'deals',
    DEALS.replace('2026-03-01', '2026-04-01').replace('Proposal', 'Negotiation'),
    { asOf: '2026-02-02' },
  )
  assert.deepEqual([moved.rowsChanged, moved.rowsUnchanged], [1, 1])
  const Change = z.object({ field: z.string(), old_value: z.string(), new_value: z.string(), as_of: z.string() })
  const history = await database.read((handle) =>
    handle.rows(Change, sql`select * from record_changes where record_id = '1' order by field`),
  )
  assert.deepEqual(history, [
    { field: 'expected_close_on', old_value: '2026-03-01', new_value: '2026-04-01', as_of: '2026-02-02' },
    { field: 'stage', old_value: 'proposal', new_value: 'negotiation', as_of: '2026-02-02' },
  ])
  const Deal = z.object({ pushed_count: z.int(), stage_entered_on: z.string(), day: z.string() })
  const deal = await database.read((handle) =>
    handle.first(
      Deal,
      sql`select pushed_count, stage_entered_on, data_day('deals', '2026-03-10') as day from deals where id = '1'`,
    ),
  )
  assert.deepEqual(deal, { pushed_count: 1, stage_entered_on: '2026-02-02', day: '2026-02-02' })
})

test('columns that a file does not have keep what they hold, and of an id that repeats the last row counts', async () => {
  const { database, importText } = await setUp()
  await importText('deals', DEALS)
  const report = await importText('deals', 'id,name,stage\n1,Uno,Proposal\n1,Last,Proposal\n')
  assert.equal(report.rowsRead, report.rowsCreated + report.rowsChanged + report.rowsUnchanged + report.rowsFaulty)
  assert.match(report.notes.join('\n'), /1 row repeat/)
  const row = await database.read((handle) =>
    handle.first(
      z.object({ name: z.string(), value_micros: z.int() }),
      sql`select name, value_micros from deals where id = '1'`,
    ),
  )
  assert.deepEqual(row, { name: 'Last', value_micros: 100_000_000 })
})

test('references that came before their records meet them, even when those bring ids of their own', async () => {
  const { database, importText } = await setUp()
  const early = await importText('deals', 'id,account,stage\n1,Acme Inc,Won\n')
  assert.match(early.notes.join('\n'), /1 rows name clients that are not known yet/)
  await importText('clients', 'account id,name\nACC-1,Acme Inc\n')
  const row = await database.read((handle) =>
    handle.first(z.object({ client_id: z.string() }), sql`select client_id from deals`),
  )
  assert.equal(row?.client_id, 'ACC-1')
})

test('who may not, a day to come, a file without its columns and an id used twice are refused', async () => {
  const { imports, importText, count } = await setUp()
  const call = (principal: typeof importer) =>
    imports.runImport({ stream: Readable.from([DEALS]), request: requestOf('deals'), principal })
  await assert.rejects(call({ ...importer, rowScope: 'team' }), hasCode('NOT_PERMITTED'))
  await assert.rejects(call({ ...importer, role: 'member' }), hasCode('NOT_PERMITTED'))
  await assert.rejects(importText('deals', DEALS, { asOf: '2026-03-11' }), hasCode('INVALID_INPUT'))
  await assert.rejects(importText('deals', 'a,b\n1,2\n'), hasCode('IMPORT_NOT_VALID'))
  const id = '019b0000-0000-7000-8000-000000000001'
  await importText('deals', DEALS, { id })
  await assert.rejects(importText('deals', DEALS, { id }), hasCode('CONFLICT'))
  assert.equal(await count('deals'), 2)
})

test('an upload that breaks off is failed, and its counts are what was stored', async () => {
  const { imports, count } = await setUp()
  const source = Readable.from(
    (function* () {
      yield 'id,name,stage\n'
      for (let index = 0; index < 20_000; index += 1) yield `${index},n,Won\n`
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    })(),
  )
  await assert.rejects(
    imports.runImport({ stream: source, request: requestOf('deals'), principal: importer }),
    /broke off/,
  )
  const [report] = (await imports.listImports({ limit: 1 }, importer)).items
  assert.equal(report?.status, 'failed')
  assert.equal(report?.rowsCreated, await count('deals'))
})

test('an import whose process died shows as failed', async () => {
  const { database, imports } = await setUp()
  const id = '019b0000-0000-7000-8000-000000000002'
  await database.read((handle) =>
    handle.run(
      sql`insert into imports (id, kind, file_name, status, beat_at) values (${id}, 'deals', 'x', 'running', now() - interval '1 minute')`,
    ),
  )
  assert.equal((await imports.getImport(id, importer)).status, 'failed')
  assert.equal(await imports.failInterrupted(), 1)
})

test('records by JSON go through the same reading, all or nothing, and write only the fields they have', async () => {
  const { imports, count } = await setUp()
  const put = (records: Record<string, string | number | null>[]) =>
    imports.putRecords({ kind: 'clients', records, principal: importer })
  const report = await put([
    { id: 'a', name: 'A', employees: 5 },
    { id: 'b', name: 'B' },
  ])
  assert.deepEqual([report.rowsCreated, report.status], [2, 'complete'])
  assert.equal((await put([{ id: 'a', name: 'A' }])).rowsUnchanged, 1)
  await assert.rejects(
    put([
      { id: 'c', name: 'C' },
      { id: 'd', name: 'D', employees: 'many' },
    ]),
    /\[1\]\.employees/,
  )
  await assert.rejects(put([{ id: 'c', name: 'C', nonsense: 1 }]), /\[0\]\.nonsense/)
  assert.equal(await count('clients'), 2)
})

test('an activity may lie ahead: a meeting that is arranged', async () => {
  const { importText } = await setUp()
  const report = await importText('activities', 'kind,date,subject\nmeeting,2099-05-06,Kick-off\n')
  assert.deepEqual([report.rowsCreated, report.rowsFaulty], [1, 0])
})

test('the sample company and own data do not mix', async () => {
  const { imports, importText, count } = await setUp()
  const loaded = await imports.loadSample(importer)
  assert.equal(loaded.isLoaded, true)
  assert.ok((loaded.counts['clients'] ?? 0) > 0)
  await assert.rejects(importText('deals', DEALS), hasCode('SAMPLE_LOADED'))
  await importText('deals', DEALS, { replacesSample: true })
  assert.deepEqual(
    [await count('deals'), await count('clients'), (await imports.sampleStatus()).isLoaded],
    [2, 0, false],
  )
  await assert.rejects(imports.loadSample(importer), hasCode('DATA_PRESENT'))
})

test('a CRM export in the shape of the public one imports without a fault', async () => {
  const { importText } = await setUp()
  const crm = createCrmLookalike({ seed: 7, deals: 2000 })
  const deals = await importText('deals', crm.salesPipeline)
  for (const report of [
    deals,
    await importText('clients', crm.accounts),
    await importText('reps', crm.salesTeams),
    await importText('products', crm.products),
  ]) {
    assert.deepEqual([report.status, report.rowsFaulty, report.rowsCreated], ['complete', 0, report.rowsRead])
  }
  assert.equal(deals.rowsRead, 2000)
})

test('importing without a day what spoke for an earlier one says that it speaks for today now', async () => {
  const { importText } = await setUp()
  await importText('deals', DEALS, { asOf: '2026-01-31' })
  const again = await importText('deals', DEALS)
  assert.match(again.notes.join(' '), /spoke for 2026-01-31 until now/)
  const third = await importText('deals', DEALS)
  assert.doesNotMatch(third.notes.join(' '), /spoke for/)
})
