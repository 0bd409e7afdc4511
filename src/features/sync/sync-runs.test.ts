import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { fillPool } from '../../../test/support/fill-pool.ts'
import { importer } from '../../../test/support/import-fixture.ts'
import { createSyncRooms, until } from '../../../test/support/sync-rooms.ts'
import { fingerprint, openStage, SIZES, textOf } from '../../../test/support/sync-stage.ts'

test('a CRM that says "too much" in its answer is asked again after the time it names, and no row is lost', async () => {
  const { crm, rooms, syncId, database } = await openStage()
  crm.setRateLimit({ perSecond: 4, as: 'result', retryAfterSeconds: 1 })
  const run = await rooms.run(syncId)
  assert.equal(run.status, 'complete')
  assert.ok(crm.refused.rate > 0, 'it did refuse')
  assert.ok(run.waitedMs >= 1000 * crm.refused.rate, `${run.waitedMs} ms for ${crm.refused.rate} refusals`)
  assert.equal(Number(await textOf({ database }, sql`select count(*)::text as text from deals`)), SIZES.deals)
  assert.equal(run.calls, crm.calls('search_objects') + crm.calls('list_owners'))
})

test('the same said as HTTP 429 with Retry-After', async () => {
  const { crm, rooms, syncId, database } = await openStage({ companies: 250, contacts: 1, deals: 230, activities: 1 })
  crm.setRateLimit({ perSecond: 3, as: 'http-429', retryAfterSeconds: 2 })
  const run = await rooms.run(syncId)
  assert.equal(run.errorDetail, null)
  assert.ok(crm.refused.rate > 0, 'it did refuse')
  assert.ok(run.waitedMs >= 2000 * crm.refused.rate, `${run.waitedMs} ms for ${crm.refused.rate} refusals`)
  assert.equal(Number(await textOf({ database }, sql`select count(*)::text as text from clients`)), 250)
})

for (const as of ['result', 'http-500'] as const)
  test(`a CRM that fails (${as}) is asked again; when it goes on failing the run ends in words, and takes nothing out`, async () => {
    const stage = await openStage({ companies: 15, contacts: 5, deals: 15, activities: 5 }, 0.02)
    const { crm, rooms, syncId } = stage
    crm.failNext(2, as)
    const first = await rooms.run(syncId)
    assert.deepEqual([first.status, first.counts['deals']?.created], ['complete', 15])
    assert.ok(first.waitedMs >= 2000, 'it did wait')
    crm.failNext(100, as)
    const second = await rooms.run(syncId, { full: true })
    assert.equal(second.status, 'failed')
    assert.match(
      second.errorDetail ?? '',
      as === 'result' ? /out of order, by the test/ : /Test CRM.*HTTP 500|HTTP error/,
    )
    assert.equal(await textOf(stage, sql`select count(*)::text as text from deals`), '15')
    crm.failNext(0, as)
    await until(() => rooms.tools.states().every(({ state }) => state === 'healthy'))
    const third = await rooms.run(syncId)
    assert.deepEqual([third.status, third.counts['deals']?.removed], ['complete', 0])
  })

test('a run that is killed with its process goes on in another where it stood, and doubles nothing', async () => {
  const stage = await openStage()
  const { crm, rooms, syncId } = stage
  const { id: runId } = await rooms.begin(syncId)
  crm.setLatencyMs(40)
  const script = fileURLToPath(new URL('../../../test/support/sync-run-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(stage.connection), String(crm.port), runId], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  after(() => child.kill('SIGKILL'))
  // Two pages of companies are stored, and the third is on its way.
  await until(() => crm.calls('search_objects') >= 3)
  child.kill('SIGKILL')
  const [, signal] = await once(child, 'exit')
  assert.equal(signal, 'SIGKILL')
  assert.equal(await textOf(stage, sql`select count(*)::text as text from clients`), '200', 'it was killed on its way')
  crm.setLatencyMs(0)
  await assert.rejects(rooms.work(runId), /Another process works on this run/, 'its lease holds for a while')
  // As if the time had passed.
  await stage.database.read((handle) => handle.run(sql`update syncs set leased_until = now() - interval '1 second'`))
  const before = crm.seen.length
  await rooms.work(runId)
  const run = await rooms.last(syncId)
  assert.equal(run.status, 'complete')
  assert.deepEqual(Object.fromEntries(Object.entries(run.counts).map(([name, counts]) => [name, counts.created])), {
    owners: 12,
    companies: 250,
    contacts: 120 - run.faults,
    deals: 230,
    activities: 110,
  })
  const again = crm.seen
    .slice(before)
    .filter(({ arguments: given }) => 'objectType' in given && given.objectType === 'companies')
  assert.equal(again.length, 1, 'only the page that was not stored is read again')
  assert.equal(await textOf(stage, sql`select count(*)::text as text from clients`), '250')
})

test('a process that stops gives the run back at once', async () => {
  const { crm, rooms, syncId } = await openStage({ companies: 500, contacts: 1, deals: 1, activities: 1 })
  crm.setLatencyMs(30)
  const { id: runId } = await rooms.begin(syncId)
  const stopping = new AbortController()
  const working = rooms.work(runId, stopping.signal)
  await until(() => crm.calls('search_objects') >= 2)
  stopping.abort(new Error('the process stops'))
  await assert.rejects(working, /the process stops/)
  assert.equal((await rooms.last(syncId)).status, 'running')
  crm.setLatencyMs(0)
  await rooms.work(runId)
  const run = await rooms.last(syncId)
  assert.deepEqual([run.status, run.counts['companies']?.created], ['complete', 500])
})

test('a run for which no connection is free for a while has not failed: it is still to be worked off', async () => {
  const { crm, rooms, syncId, database } = await openStage({ companies: 500, contacts: 1, deals: 1, activities: 1 })
  crm.setLatencyMs(300)
  const { id: runId } = await rooms.begin(syncId)
  // On a very slow machine it gets its connection after all.
  const working = rooms.work(runId).catch((error: unknown) => assert.equal(toSophiaError(error).code, 'OVERLOADED'))
  await until(() => crm.calls('search_objects') >= 2)
  const free = await fillPool(database, 5)
  // Longer than a page waits to be stored, and not as long as that its failure would wait as well.
  await delay(4500)
  await free()
  await working
  assert.notEqual((await rooms.last(syncId)).status, 'failed')
})

test('a run that cannot begin while the database is away, busy or full has not failed: the next look begins it', async () => {
  const { crm, rooms, syncId, database } = await openStage({ companies: 5, contacts: 1, deals: 1, activities: 1 })
  await database.read((handle) => handle.run(sql`update syncs set next_run_at = now() - interval '1 minute'`))
  for (const code of ['DATABASE_UNAVAILABLE', 'OVERLOADED', 'STORAGE_FULL'] as const) {
    let refusals = 1
    const passing: Database = {
      ...database,
      inTransaction: (work, options) =>
        (refusals -= 1) >= 0 ? Promise.reject(new SophiaError(code)) : database.inTransaction(work, options),
    }
    const other = createSyncRooms(passing, { crmPort: crm.port })
    await other.tick()
    await other.tools.close()
    assert.deepEqual((await rooms.sync.get(importer, syncId)).runs, [], code)
  }
  await rooms.tick()
  assert.equal((await rooms.last(syncId)).status, 'waiting')
})

test('whoever lost the run to another process stores nothing more', async () => {
  const stage = await openStage({ companies: 500, contacts: 1, deals: 1, activities: 1 })
  const { crm, rooms, syncId, database } = stage
  crm.setLatencyMs(60)
  const { id: runId } = await rooms.begin(syncId)
  const working = rooms.work(runId)
  await until(async () => (await textOf(stage, sql`select count(*)::text as text from clients`)) === '100')
  const other = '018f0000-0000-7000-8000-00000000beef'
  await database.read((handle) =>
    handle.run(sql`update syncs set lease_owner = ${other}, leased_until = now() + interval '1 minute'`),
  )
  const before = await fingerprint(stage)
  await assert.rejects(working, /another process works on this run/)
  assert.equal(await fingerprint(stage), before)
  assert.equal((await rooms.last(syncId)).status, 'running')
})

test('two at once are one run', async () => {
  const { rooms, syncId } = await openStage({ companies: 5, contacts: 5, deals: 5, activities: 5 })
  const [one, other] = await Promise.all([rooms.begin(syncId), rooms.begin(syncId)])
  assert.equal(one.id, other.id)
  const both = await Promise.allSettled([rooms.work(one.id), rooms.work(one.id)])
  assert.equal(both.filter(({ status }) => status === 'rejected').length, 1)
  assert.equal((await rooms.last(syncId)).counts['companies']?.read, 5)
})
