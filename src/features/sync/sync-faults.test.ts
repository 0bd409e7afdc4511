import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SophiaError } from '#domain/errors.ts'
import { sql } from '#platform/postgres/sql.ts'
import { importer, requestOf } from '../../../test/support/import-fixture.ts'
import { fingerprint, openStage, textOf } from '../../../test/support/sync-stage.ts'

test('a dry run reads and counts, and stores nothing', async () => {
  const stage = await openStage({ companies: 120, contacts: 20, deals: 30, activities: 10 })
  const empty = await fingerprint(stage)
  const run = await stage.rooms.run(stage.syncId, { dryRun: true })
  assert.deepEqual([run.status, run.dryRun, run.counts['companies']?.created], ['complete', true, 120])
  assert.equal(await fingerprint(stage), empty)
  const { freshness } = await stage.rooms.sync.get(importer, stage.syncId)
  assert.equal(freshness.state, 'never')
})

test('a record that cannot be taken is told with its id, the field and why; the others come', async () => {
  const { crm, rooms, syncId, database } = await openStage({ companies: 3, contacts: 3, deals: 4, activities: 3 })
  const [odd, dear] = crm.records.all('deals')
  assert.ok(odd && dear)
  crm.records.change('deals', odd.id, { dealstage: 'waiting for legal' })
  crm.records.change('deals', dear.id, { amount: 'a lot' })
  const run = await rooms.run(syncId)
  const told = run.findings.filter(({ kind }) => kind === 'deals')
  assert.deepEqual(told, [
    {
      sort: 'fault',
      kind: 'deals',
      sourceId: odd.id,
      field: 'stage',
      reason: 'The mapping has no word for "waiting for legal".',
      value: 'waiting for legal',
    },
    {
      sort: 'fault',
      kind: 'deals',
      sourceId: dear.id,
      field: 'value',
      reason: 'Not an amount such as 1234.50.',
      value: 'a lot',
    },
  ])
  assert.deepEqual([run.counts['deals']?.created, run.counts['deals']?.faulty], [2, 2])
  assert.equal(await textOf({ database }, sql`select count(*)::text as text from deals`), '2')
  const { runs } = await rooms.sync.get({ ...importer, role: 'member' }, syncId)
  assert.deepEqual(runs[0]?.findings, [], 'who may not manage syncs sees the counts only')
})

test('a faulty value that is too long to show is cut between characters, and the rest of its page comes', async () => {
  const { crm, rooms, syncId } = await openStage({ companies: 3, contacts: 3, deals: 4, activities: 3 })
  const [odd, dear] = crm.records.all('deals')
  assert.ok(odd && dear)
  crm.records.change('deals', odd.id, { dealstage: `${'w'.repeat(99)}😀 for legal` })
  crm.records.change('deals', dear.id, { amount: `${'a'.repeat(199)}😀 lot` })
  const run = await rooms.run(syncId)
  const told = run.findings.filter(({ kind }) => kind === 'deals')
  assert.equal(run.status, 'complete')
  assert.equal(told[0]?.reason, `The mapping has no word for "${'w'.repeat(99)}".`)
  assert.equal(told[1]?.value, 'a'.repeat(199))
  assert.deepEqual([run.counts['deals']?.created, run.counts['deals']?.faulty], [2, 2])
})

test('what was changed here stays until the CRM changes it too; then the later change wins, and it is named', async () => {
  const stage = await openStage({ companies: 3, contacts: 3, deals: 3, activities: 1 })
  const { crm, rooms, syncId, database } = stage
  await rooms.run(syncId)
  const [first, second] = crm.records.all('deals')
  assert.ok(first && second)
  const stageOf = (id: string): Promise<string | null> =>
    textOf(stage, sql`select stage as text from deals where id = ${`crm:${id}`}`)
  const changeHere = (id: string): Promise<void> =>
    database.inTransaction(async (handle) => {
      await handle.run(sql`insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source)
        select 'deals', id, 'stage', stage, 'proposal', current_date, 'person' from deals where id = ${`crm:${id}`}`)
      await handle.run(sql`update deals set stage = 'proposal' where id = ${`crm:${id}`}`)
    })
  await changeHere(first.id)
  crm.records.change('deals', first.id, { dealname: 'Renamed there' })
  const kept = await rooms.run(syncId)
  assert.deepEqual([await stageOf(first.id), kept.conflicts], ['proposal', 0], 'the CRM said nothing new of the stage')
  assert.equal(
    await textOf(stage, sql`select name as text from deals where id = ${`crm:${first.id}`}`),
    'Renamed there',
  )
  crm.records.change('deals', first.id, { dealstage: 'closedwon' })
  const later = await rooms.run(syncId)
  assert.deepEqual([await stageOf(first.id), later.conflicts], ['won', 1], 'the CRM changed it later')
  crm.records.change('deals', second.id, { dealstage: 'closedlost' })
  // The CRM stamps with milliseconds; the change here must not fall into the same one.
  await delay(3)
  await changeHere(second.id)
  const ours = await rooms.run(syncId)
  assert.equal(await stageOf(second.id), 'proposal', 'it was changed here later')
  assert.deepEqual(
    ours.findings
      .filter(({ sort }) => sort === 'conflict')
      .map(({ sourceId, field, reason }) => [sourceId, field, reason]),
    [
      [
        second.id,
        'stage',
        'Changed here and in crm: "proposal" here, "lost" there. The later change stands, which is the one here.',
      ],
    ],
  )
})

test('many that are gone at once are not taken out before somebody says so', async () => {
  const stage = await openStage({ companies: 60, contacts: 1, deals: 1, activities: 1 })
  const { crm, rooms, syncId } = stage
  await rooms.run(syncId)
  for (const { id } of crm.records.all('companies').slice(0, 40)) crm.records.erase('companies', id)
  const careful = await rooms.run(syncId, { full: true })
  assert.equal(careful.counts['companies']?.removed, 0)
  assert.match(careful.findings.find(({ sort }) => sort === 'note')?.reason ?? '', /^40 of 60 clients were not met/)
  assert.equal(await textOf(stage, sql`select count(*)::text as text from clients`), '60')
  const meant = await rooms.run(syncId, { full: true, acceptRemovals: true })
  assert.equal(meant.counts['companies']?.removed, 40)
  assert.equal(await textOf(stage, sql`select count(*)::text as text from clients`), '20')
})

async function refusal(work: Promise<unknown>): Promise<SophiaError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof SophiaError)
  return error
}

test('beside the sample company, or records of a past day, it refuses and says what to do', async (t: TestContext) => {
  const { rooms, syncId } = await openStage({ companies: 1, contacts: 1, deals: 1, activities: 1 })
  await t.test('the sample', async () => {
    await rooms.imports.loadSample(importer)
    const { code, message } = await refusal(rooms.begin(syncId))
    assert.equal(code, 'SAMPLE_LOADED')
    assert.match(message, /Remove it under Import/)
    // On schedule nobody hears a refusal, so it is told as a run that failed.
    await rooms.tick()
    const told = await rooms.last(syncId)
    assert.deepEqual([told.status, told.errorDetail], ['failed', message])
    await rooms.imports.removeSample(importer)
  })
  await t.test('a past day', async () => {
    const request = requestOf('deals', { asOf: '2017-12-31' })
    await rooms.imports.runImport({
      stream: Readable.from(['id,name,stage\n1,One,won\n']),
      request,
      principal: importer,
    })
    const { code, message } = await refusal(rooms.begin(syncId))
    assert.equal(code, 'CONFLICT')
    assert.match(message, /speak for 2017-12-31.*without --as-of/)
  })
})

test('the preview shows the first records as they would become, and stores nothing; a wrong tool is said at its read', async () => {
  const stage = await openStage({ companies: 20, contacts: 20, deals: 20, activities: 20 })
  const before = await fingerprint(stage)
  const wanted = { serverId: 'crm', mapping: 'generic', settings: {}, currency: 'EUR', scheduleMinutes: 60 }
  const signal = new AbortController().signal
  const { reads } = await stage.rooms.sync.preview(importer, { wanted, signal })
  assert.deepEqual(
    reads.map(({ name, records, errorDetail }) => [name, records.length, errorDetail]),
    ['owners', 'companies', 'contacts', 'deals', 'activities'].map((name) => [name, 5, null]),
  )
  const [company] = stage.crm.records.all('companies')
  assert.equal(reads[1]?.records[0]?.fields['name'], company?.properties['name'])
  assert.equal(await fingerprint(stage), before)
  const mappingText =
    'name: X\nreads: [{ name: a, kind: reps, tool: no_such, items: results, id: id, fields: { name: name } }]\n'
  const wrong = await stage.rooms.sync.preview(importer, { wanted: { ...wanted, mappingText }, signal })
  assert.match(wrong.reads[0]?.errorDetail ?? '', /offers no tool "no_such"/)
})

test('managing and running leaves its rows in the audit', async () => {
  const { rooms, syncId } = await openStage({ companies: 2, contacts: 1, deals: 1, activities: 1 })
  await rooms.run(syncId)
  await rooms.sync.change(importer, { id: syncId, change: { scheduleMinutes: 15 } })
  await rooms.sync.remove(importer, syncId)
  const actions = rooms.audited.filter(({ targetId }) => targetId === syncId).map(({ action }) => action)
  assert.deepEqual(actions, ['sync.create', 'sync.run', 'sync.change', 'sync.remove'])
})
