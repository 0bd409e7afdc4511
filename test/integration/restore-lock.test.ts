import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, test, type TestContext } from 'node:test'
import pg from 'pg'
import pino from 'pino'
import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import { createBackups } from '#features/operations/backup/index.ts'
import { systemClock } from '#platform/clock.ts'
import { Secret } from '#platform/config/secret.ts'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { claimForRestore, keepRestoresOut, nameRestore } from '#platform/postgres/restore-lock.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openStorage, type Storage } from '#platform/storage.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from '../support/database.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { makeHome, startSophia } from '../support/sophia-process.ts'
import { until } from '../support/until.ts'

const silent = pino({ level: 'silent' })

/** A connection that, unless it is named so, is nobody of Sophia's. */
async function openByHand(t: TestContext, connection: pg.ClientConfig, name = 'by hand'): Promise<pg.Client> {
  const client = new pg.Client({ ...connection, application_name: name })
  // Ended by the end of its database where a test fails before.
  client.on('error', () => undefined)
  await client.connect()
  t.after(() => client.end())
  return client
}

function needsOf(database: Database, folder: string) {
  const migrationsFolder = join(PACKAGE_ROOT, 'migrations')
  return { database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' }
}

/** Whether somebody waits for a table that another transaction holds. */
async function waitsForTable(byHand: pg.Client): Promise<boolean> {
  const { rowCount } = await byHand.query(
    `select 1 from pg_locks where not granted and relation = 'deals'::regclass
      and database = (select oid from pg_database where datname = current_database())`,
  )
  return (rowCount ?? 0) > 0
}

test('who starts while a backup is restored waits and says so; when the restoring process dies it goes on', async (t) => {
  const { connection, database } = await openTestDatabase()
  const settings = { SOPHIA_HOME: await makeHome(), DATABASE_URL: databaseUrlOf(connection) }
  await createBackups(needsOf(database, join(settings.SOPHIA_HOME, 'backups'))).create()
  const byHand = await openByHand(t, connection)
  // What is there cannot be saved as long as this is held.
  await byHand.query('begin; lock table deals in access exclusive mode')
  const restore = startSophia(['backup', 'restore', 'latest', '--yes'], settings)
  await until(() => waitsForTable(byHand), 'the restore is at work', 60_000).catch((error: unknown) => {
    throw new Error(restore.output(), { cause: error })
  })
  const up = startSophia(['up'], { ...settings, SOPHIA_HOME: await makeHome() })
  await up.said(/a backup is being restored into this database since [^"]+ UTC \(sophia restore on /)
  await assert.rejects(claimForRestore({ connection, clock: createManualClock(), isPooled: false }), {
    code: 'CONFLICT',
    message: /Another one is under way: a backup is being restored/,
  })
  const { rows } = await byHand.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
      where datname = current_database() and application_name like 'sophia%' order by 1`,
  )
  // Only what asks to get in: it has done nothing yet.
  assert.deepEqual(
    rows.map(({ name }) => name.replace(/ on .*/, '')).filter((name) => name !== 'sophia claim'),
    ['sophia restore', 'sophia start'],
  )
  restore.kill('SIGKILL')
  await restore.ended
  await byHand.query('rollback')
  assert.equal((await fetch(`${await up.address()}/readyz`)).status, 200)
})

test('who waited long enough is told what to do, and that frees the database', async (t) => {
  const { connection: bare } = await openTestDatabase()
  const connection = { ...bare, application_name: nameRestore() }
  const hold = await claimForRestore({ connection, clock: systemClock, isPooled: false })
  t.after(hold.release)
  const working = openDatabase({ connection, poolMax: 1 })
  t.after(() => working.close())
  // Frozen once it had the tables: nothing in the server ends it.
  const isFrozen = Promise.withResolvers<void>()
  const dropped = Promise.withResolvers<void>()
  const restoring = working.inTransaction(
    async (handle) => {
      await handle.run(sql`drop schema public cascade`)
      dropped.resolve()
      await isFrozen.promise
      await handle.run(sql`select 1`)
    },
    { mayTakeLong: true },
  )
  const ended = assert.rejects(restoring, { code: 'DATABASE_UNAVAILABLE' })
  await dropped.promise
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const enter = () => keepRestoresOut({ connection: bare, clock: createManualClock(), log, limitMs: 60_000 })
  const told = await enter().then(
    () => '',
    (error: Error & { code?: string }) => `${error.code} ${error.message}`,
  )
  assert.match(told, /^DATABASE_UNAVAILABLE Not started: a backup is being restored .* It was waited for 60 seconds\./)
  // At once, and each half minute.
  assert.equal(lines.length, 2)
  const [statement] = /select pg_terminate_backend.*$/.exec(told) ?? []
  assert.ok(statement, told)
  const byHand = await openByHand(t, bare)
  await byHand.query(statement)
  // Otherwise whoever comes next waits behind it without a word.
  await byHand.query("set lock_timeout = '30s'")
  await byHand.query('select 1 from deals')
  isFrozen.resolve()
  await ended
  await until(() => hold.lost.aborted, 'the restore notices')
  const entered = await enter()
  await entered.release()
})

test('a restore is refused while somebody starts or works, and possible once they are done', async () => {
  const { connection } = await openTestDatabase()
  const entered = await keepRestoresOut({ connection, clock: systemClock, log: silent, limitMs: 1000 })
  const claim = () => claimForRestore({ connection, clock: createManualClock(), isPooled: false })
  await assert.rejects(claim(), { code: 'CONFLICT', message: /is starting on this database, or a command works on it/ })
  // Several may be in at once.
  await (await keepRestoresOut({ connection, clock: systemClock, log: silent, limitMs: 1000 })).release()
  await entered.release()
  const other = new pg.Client({ ...connection, application_name: 'sophia health' })
  await other.connect()
  await assert.rejects(claim(), { code: 'CONFLICT', message: /\(1 connections\)\. Stop all of them first/ })
  // Behind a pooler nobody can tell whose they are.
  await (await claimForRestore({ connection, clock: createManualClock(), isPooled: true })).release()
  await other.end()
  await (await claimForRestore({ connection, clock: systemClock, isPooled: false })).release()
})

test('a restore that lost its hold on the database changes nothing', async (t) => {
  const { connection, database } = await openTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const hold = await claimForRestore({ connection, clock: systemClock, isPooled: false })
  t.after(hold.release)
  const base = needsOf(database, folder)
  const { file } = await createBackups(base).create()
  const addDeal = sql`insert into deals (id, name, stage, source) values ('d-1', 'Acme', 'won', 'x')`
  await database.inTransaction((handle) => handle.run(addDeal))
  const byHand = await openByHand(t, connection)
  await byHand.query('begin; lock table deals in access exclusive mode')
  const restoring = createBackups({ ...base, signal: hold.lost }).restore(file)
  const outcome = assert.rejects(restoring, { code: 'DATABASE_UNAVAILABLE', message: /kept others out .* was lost/ })
  await until(() => waitsForTable(byHand), 'the restore is at work')
  await byHand.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name like 'sophia restore on%'`)
  await until(() => hold.lost.aborted, 'it notices')
  await byHand.query('rollback')
  await outcome
  const { rowCount } = await byHand.query('select 1 from deals')
  assert.equal(rowCount, 1)
})

/** A restore into a database with one deal that the archive has not; `whileSaved` happens once that was saved. */
async function restoreBeside(whileSaved: (connection: pg.ClientConfig) => Promise<void>) {
  const { connection, database } = await openTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const base = needsOf(database, folder)
  const { file } = await createBackups(base).create()
  const addDeal = sql`insert into deals (id, name, stage, source) values ('d-1', 'Acme', 'won', 'x')`
  await database.inTransaction((handle) => handle.run(addDeal))
  const claim = await claimForRestore({ connection, clock: systemClock, isPooled: false })
  const requireAlone = async (): Promise<void> => {
    await whileSaved(connection)
    await claim.requireAlone()
  }
  const restoring = createBackups({ ...base, signal: claim.lost, requireAlone }).restore(file)
  const fault = await restoring.then(
    () => null,
    (error: unknown) => error,
  )
  await claim.release()
  const Count = z.object({ deals: z.int() })
  const left = await database.read((handle) => handle.first(Count, sql`select count(*)::int as deals from deals`))
  return { fault, deals: left?.deals }
}

test('a server that was cut off and comes back while a backup is restored ends the restore, and nothing is changed', async (t) => {
  for (const look of [1, 2]) {
    let looks = 0
    const { fault, deals } = await restoreBeside(async (connection) => {
      looks += 1
      if (looks === look) await openByHand(t, connection, 'sophia')
    })
    assert.ok(fault instanceof SophiaError && fault.code === 'CONFLICT', String(fault))
    assert.match(fault.message, /\(1 connections\)\. Stop all of them first, then try again\. Nothing was changed\./)
    assert.deepEqual([looks, deals], [look, 1])
  }
  assert.deepEqual(await restoreBeside(async () => undefined), { fault: null, deals: 0 })
})

test('a name in the address of the database hides nobody, and a restore knows its own connections', async (t) => {
  const { connection } = await openTestDatabase()
  const url = new URL(databaseUrlOf(connection))
  url.searchParams.set('application_name', 'prod')
  const address = new Secret(url.href)
  const postgres = { url: address, directUrl: address, poolMax: 2, isPooled: false, slowQueryMs: 1000 }
  const open = async (isAlone: boolean): Promise<Storage> => {
    const storage = await openStorage({ home: await makeHome(), postgres, log: silent, purpose: 'command', isAlone })
    t.after(storage.close)
    for (const database of [storage.database, storage.probe]) await database.read((handle) => handle.run(sql`select 1`))
    return storage
  }
  const { directConnection } = await open(true)
  const claim = await claimForRestore({ connection: directConnection, clock: systemClock, isPooled: false })
  t.after(claim.release)
  await claim.requireAlone()
  await open(false)
  await assert.rejects(claim.requireAlone(), { code: 'CONFLICT', message: /\(2 connections\)/ })
})

/** A line to the database that at a word carries nothing more and does not say so. */
async function openSilentLine(t: TestContext, { host = '', port = 0 }: pg.ClientConfig) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined))
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const silence = (): void => {
    for (const socket of sockets) socket.unpipe().pause()
  }
  // A listening TCP server has an AddressInfo.
  return { port: (server.address() as AddressInfo).port, silence }
}

test('who gives a lock back over a line that answers no more is done soon, and so is who is stopped while waiting', async (t) => {
  const { connection } = await openTestDatabase()
  const { port, silence } = await openSilentLine(t, connection)
  const far = { ...connection, host: '127.0.0.1', port }
  const entered = await keepRestoresOut({ connection: far, clock: systemClock, log: silent, limitMs: 1000 })
  const other = await openTestDatabase()
  const hold = await claimForRestore({ connection: other.connection, clock: systemClock, isPooled: false })
  t.after(hold.release)
  const line = await openSilentLine(t, other.connection)
  const stopping = new AbortController()
  // The second look is never answered.
  const sleep = async (): Promise<void> => {
    line.silence()
    setImmediate(() => stopping.abort(new Error('stopped')))
  }
  const place = { ...other.connection, host: '127.0.0.1', port: line.port }
  const waiting = keepRestoresOut({
    connection: place,
    clock: { ...systemClock, sleep },
    log: silent,
    limitMs: 1e9,
    signal: stopping.signal,
  })
  await assert.rejects(waiting, /^Error: stopped$/)
  silence()
  await entered.release()
})

test('a role that may not see when others came is told of the restore all the same', async (t) => {
  const { connection } = await openTestDatabase()
  const byHand = await openByHand(t, connection)
  const role = `guest_${connection.database}`
  await byHand.query(`create role ${role} login password 'guest'`)
  try {
    const hold = await claimForRestore({ connection, clock: systemClock, isPooled: false })
    t.after(hold.release)
    const guest = { ...connection, user: role, password: 'guest' }
    const entering = keepRestoresOut({ connection: guest, clock: createManualClock(), log: silent, limitMs: 60_000 })
    await assert.rejects(entering, { code: 'DATABASE_UNAVAILABLE', message: /into this database \(sophia restore on / })
  } finally {
    await byHand.query(`drop role ${role}`)
  }
})
