import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openMachine, placeProven } from '../../../../test/support/backup-machine.ts'
import { until } from '../../../../test/support/until.ts'
import { beginRun, endRun } from './backup-runs-store.ts'
import { makeDueBackup } from './make-due-backup.ts'
import { scheduleBackups } from './schedule-backups.ts'

const HOUR_MS = 3_600_000
const running = new AbortController().signal

test('a backup is made once a day, proven, said to be made by schedule, and told in the health', async (t) => {
  const { clock, look, backups, observe } = await openMachine(t)
  clock.advance(BACKUP_EVERY_MS - 1000)
  await look()
  assert.deepEqual(await backups.list(), [])
  assert.deepEqual(await observe(), {
    state: 'ok',
    detail: 'None was made by schedule so far. The next is due 2026-03-11 09:00 UTC.',
  })
  clock.advance(1000)
  await look()
  await look()
  const made = await backups.list()
  assert.deepEqual(
    made.map(({ reason, state, createdAt }) => [reason, state, createdAt]),
    [['scheduled', 'verified', '2026-03-11T09:00:00.000Z']],
  )
  assert.deepEqual(await observe(), {
    state: 'ok',
    detail: 'The last verified backup was begun 2026-03-11 09:00 UTC on one. The next is due 2026-03-12 09:00 UTC.',
  })
  clock.advance(BACKUP_EVERY_MS)
  await look()
  assert.equal((await backups.list()).length, 2)
})

test('two machines make one, and each knows of it', async (t) => {
  const one = await openMachine(t)
  const other = await openMachine(t, { shared: one, host: 'other' })
  const schedules = [one, other].map(({ needs, clock }) => {
    clock.advance(BACKUP_EVERY_MS)
    const schedule = scheduleBackups(needs)
    const jobs = createJobs({ database: one.database, log: one.needs.log, clock: systemClock, pollSeconds: 0.5 })
    t.after(() => jobs.stop(10_000))
    // Without its timetable, so that only the looks of this test come.
    for (const { cron: _cron, ...job } of schedule.jobs) jobs.define(job)
    return { jobs, schedule }
  })
  await Promise.all(schedules.map(({ jobs }) => jobs.start()))
  for (const { jobs } of schedules) await jobs.send('backup-due', {})
  const States = z.object({ state: z.string() })
  const looks = sql`select state::text from pgboss.job where name = 'backup-due'`
  const states = async (): Promise<string[]> =>
    (await one.database.read((handle) => handle.rows(States, looks))).map(({ state }) => state)
  const haveEnded = async (): Promise<boolean> => (await states()).every((state) => state === 'completed')
  await until(haveEnded, 'both have looked', 50_000)
  // Once more: the other may have been the one that waited.
  for (const { jobs } of schedules) await jobs.send('backup-due', {})
  await until(haveEnded, 'both have looked again', 50_000)
  const made = [...(await one.archives()), ...(await other.archives())]
  assert.equal(made.length, 1)
  const host = (await one.archives()).length === 1 ? 'one' : 'other'
  for (const { schedule } of schedules)
    assert.match(
      (await schedule.observe()).detail ?? '',
      new RegExp(`begun 2026-03-11 09:00 UTC on ${host}\\. The next`),
    )
  const elsewhere = await Promise.all(schedules.map(({ schedule }) => schedule.verifiedElsewhere()))
  assert.deepEqual(
    elsewhere.map((at) => at?.toISOString() ?? null),
    host === 'one' ? [null, '2026-03-11T09:00:00.000Z'] : ['2026-03-11T09:00:00.000Z', null],
  )
})

test('what was noted under a clock that was ahead puts off none, nor is it told as the last', async (t) => {
  const { clock, database, look, archives, observe } = await openMachine(t)
  const ahead = new Date('2031-01-01T00:00:00.000Z')
  for (const status of ['verified', 'failed'] as const) {
    const id = createId()
    await database.inTransaction((handle) => beginRun(handle, { id, started_at: ahead, host: 'ahead' }, 0))
    await database.inTransaction((handle) => endRun(handle, { id, endedAt: ahead, status, detail: null }))
  }
  clock.advance(BACKUP_EVERY_MS / 2)
  const due = 'None was made by schedule so far. The next is due 2026-03-11 09:00 UTC.'
  assert.deepEqual(await observe(), { state: 'ok', detail: due })
  clock.advance(BACKUP_EVERY_MS / 2)
  await look()
  assert.equal((await archives()).length, 1)
  assert.match((await observe()).detail ?? '', /^The last verified backup was begun 2026-03-11 09:00 UTC on one\./)
})

test('one that cannot be written is told, tried again after a pause, and settled by the next that succeeds', async (t) => {
  const { clock, look, folder, needs, archives, observe } = await openMachine(t)
  const blocked = join(folder, 'a-file')
  await writeFile(blocked, '')
  clock.advance(BACKUP_EVERY_MS)
  await makeDueBackup({ ...needs, folder: join(blocked, 'backups') }, running)
  const told = await observe()
  assert.equal(told.state, 'degraded')
  assert.match(told.detail ?? '', /The try of 2026-03-11 09:00 UTC on one failed: ENOTDIR/)
  assert.match(told.detail ?? '', /The next is due 2026-03-11 09:15 UTC\.$/)
  clock.advance(14 * 60_000)
  await look()
  assert.deepEqual(await archives(), [])
  clock.advance(60_000)
  await look()
  assert.equal((await archives()).length, 1)
  assert.equal((await observe()).state, 'ok')
})

test('one that cannot be proven does not count as made', async (t) => {
  const { clock, look, folder, needs, backups, observe } = await openMachine(t)
  const noMigrations = join(folder, 'migrations')
  clock.advance(BACKUP_EVERY_MS)
  await mkdir(noMigrations)
  await makeDueBackup({ ...needs, migrationsFolder: noMigrations }, running)
  assert.deepEqual(
    (await backups.list()).map(({ state }) => state),
    ['unverified'],
  )
  const told = await observe()
  assert.equal(told.state, 'degraded')
  assert.match(told.detail ?? '', /None was made by schedule so far\. .*which this version does not have/)
  clock.advance(15 * 60_000)
  await look()
  assert.deepEqual(
    (await backups.list()).map(({ state }) => state),
    ['verified'],
  )
})

test('that none is made at all is told two hours after it was due', async (t) => {
  const { clock, observe } = await openMachine(t)
  clock.advance(BACKUP_EVERY_MS + 2 * HOUR_MS)
  assert.equal((await observe()).state, 'ok')
  clock.advance(1000)
  const told = await observe()
  assert.equal(told.state, 'degraded')
  assert.match(
    told.detail ?? '',
    /The one due 2026-03-11 09:00 UTC was not made: look whether a process with the worker/,
  )
})

test('a try whose process died is told as failed before the next begins, and that none follows as well', async (t) => {
  const { clock, database, look, archives, observe } = await openMachine(t)
  clock.advance(BACKUP_EVERY_MS)
  const dead = { id: createId(), started_at: clock.now(), host: 'gone' }
  await database.inTransaction((handle) => beginRun(handle, dead, 0))
  assert.deepEqual(await observe(), {
    state: 'degraded',
    detail:
      'None was made by schedule so far. The try of 2026-03-11 09:00 UTC on gone failed: Its process ended before it was done. The next is due 2026-03-11 09:15 UTC.',
  })
  await look()
  assert.deepEqual(await archives(), [])
  clock.advance(15 * 60_000 + 2 * HOUR_MS + 1000)
  assert.match(
    (await observe()).detail ?? '',
    /ended before it was done\. The one due 2026-03-11 09:15 UTC was not made: look whether a process with the worker/,
  )
  await look()
  assert.equal((await archives()).length, 1)
  const Row = z.object({ host: z.string(), status: z.string(), detail: z.string().nullable() })
  const rows = await database.read((handle) =>
    handle.rows(Row, sql`select host, status, detail from backup_runs order by started_at`),
  )
  assert.deepEqual(rows, [
    { host: 'gone', status: 'failed', detail: 'Its process ended before it was done.' },
    { host: 'one', status: 'verified', detail: null },
  ])
})

test('a process that stops ends the backup it is making and leaves nothing of it', async (t) => {
  const { clock, database, look, folder, observe } = await openMachine(t)
  clock.advance(BACKUP_EVERY_MS)
  let letGo = (): void => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  t.after(() => letGo())
  const hasLocked = Promise.withResolvers<void>()
  const holding = database.inTransaction(
    async (handle) => {
      await handle.run(sql`lock table deals in access exclusive mode`)
      hasLocked.resolve()
      await held
    },
    { mayTakeLong: true },
  )
  await hasLocked.promise
  const stopping = new AbortController()
  const looking = look(stopping.signal)
  const waits = sql`select exists (select 1 from pg_locks where not granted and relation = 'deals'::regclass
    and database = (select oid from pg_database where datname = current_database())) as found`
  const isWaiting = async (): Promise<boolean> =>
    (await database.read((handle) => handle.first(z.object({ found: z.boolean() }), waits)))?.found === true
  await until(isWaiting, 'the backup waits for the table')
  stopping.abort()
  await looking
  assert.deepEqual(await readdir(folder), [])
  assert.match((await observe()).detail ?? '', /failed: It was stopped, as its process ended\./)
  letGo()
  await holding
})

test('spent ones go, those made by hand stay, and so does the last that is proven', async (t) => {
  const { clock, look, backups, folder } = await openMachine(t)
  const { manifest } = await backups.create()
  for (let day = 1; day <= 9; day += 1) {
    clock.advance(BACKUP_EVERY_MS)
    const createdAt = clock.now().toISOString()
    await placeProven(folder, { ...manifest, id: `${day}`, createdAt, reason: 'scheduled', tables: [] })
  }
  clock.advance(BACKUP_EVERY_MS)
  await look()
  // Of ten, one a day: the last seven, of which the fifteenth also stands for the week before.
  assert.deepEqual(
    (await backups.list()).map(({ reason, state, createdAt }) => `${reason} ${createdAt.slice(5, 10)} ${state}`),
    [
      'scheduled 03-20 verified',
      'scheduled 03-19 verified',
      'scheduled 03-18 verified',
      'scheduled 03-17 verified',
      'scheduled 03-16 verified',
      'scheduled 03-15 verified',
      'scheduled 03-14 verified',
      'manual 03-10 verified',
    ],
  )
  const proofs = (await readdir(folder)).filter((name) => name.endsWith('.verified.json'))
  assert.equal(proofs.length, 8)
})

test('what a process that died left half made is removed a day later', async (t) => {
  const { clock, look, folder } = await openMachine(t)
  clock.advance(BACKUP_EVERY_MS)
  const places = ['old.tar.partial', 'new.tar.partial'].map((name) => join(folder, name))
  for (const place of places) await writeFile(place, 'half')
  const [old = '', young = ''] = places
  await utimes(old, clock.now(), new Date(clock.now().getTime() - BACKUP_EVERY_MS - 1))
  await utimes(young, clock.now(), new Date(clock.now().getTime() - BACKUP_EVERY_MS + 60_000))
  await look()
  assert.equal(await readFile(young, 'utf8'), 'half')
  await assert.rejects(readFile(old), { code: 'ENOENT' })
})

test('no archive holds what is known of archives', async (t) => {
  const { clock, look, backups } = await openMachine(t)
  clock.advance(BACKUP_EVERY_MS)
  await look()
  const { manifest } = await backups.create()
  assert.ok(!manifest.tables.some(({ name }) => name === 'backup_runs'))
})

test('none is begun that would leave too little of the disk', async (t) => {
  const { clock, look, backups, archives, observe } = await openMachine(t)
  const { file } = await backups.create()
  // As large as no disk here is, on paper.
  await truncate(file, 8e12)
  clock.advance(BACKUP_EVERY_MS)
  await look()
  assert.equal((await archives()).length, 1)
  const told = await observe()
  assert.equal(told.state, 'degraded')
  assert.match(told.detail ?? '', /a backup needs 16000000\.0 MB, and 5 % of the disk has to stay free/)
})
