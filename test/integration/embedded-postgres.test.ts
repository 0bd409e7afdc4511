import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import { createLog } from '#platform/log/log.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { chooseSocketFolder } from '#platform/postgres/cluster-files.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#platform/postgres/embedded-postgres.ts'
import { rotateWhenLarge } from '#platform/postgres/engine-log.ts'
import { sql } from '#platform/postgres/sql.ts'
import { findProcess, isAlive } from '#platform/process-table.ts'
import { runScript, type ScriptProcess } from '../support/child-process.ts'

const log = createLog({ level: 'silent', isForPeople: false })
const root = await mkdtemp(join(tmpdir(), 'sophia-embedded-'))
await chmod(root, 0o711)
after(() => rm(root, { recursive: true, force: true }))
let homes = 0

async function newHome(): Promise<string> {
  const home = join(root, `home-${(homes += 1)}`)
  await mkdir(home, { mode: 0o700 })
  return home
}

async function start(t: TestContext, home: string): Promise<EmbeddedPostgres> {
  const engine = await startEmbeddedPostgres({ home, log })
  t.after(() => engine.stop())
  return engine
}

async function query(connection: pg.ClientConfig, text: string): Promise<unknown[]> {
  const client = new pg.Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>({ text })).rows.map((row) => Object.values(row)[0])
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A Sophia in small: holds the engine of a home and writes rows as fast as it can, telling each that was acknowledged. */
const WRITER = `
import { createLog } from '#platform/log/log.ts'
import { startEmbeddedPostgres } from '#platform/postgres/embedded-postgres.ts'
import pg from 'pg'
const log = createLog({ level: 'silent', isForPeople: false })
const engine = await startEmbeddedPostgres({ home: process.argv[1], log })
console.log(JSON.stringify({ pid: engine.pid, isAdopted: engine.isAdopted, connection: engine.connection }))
const client = new pg.Client(engine.connection)
client.on('error', () => undefined)
await client.connect()
await client.query('create table if not exists kept (n serial primary key)')
for (;;) {
  const { rows } = await client.query('insert into kept default values returning n').catch(() => ({ rows: [] }))
  if (rows.length === 0) break
  console.log(rows[0].n)
}
setInterval(() => undefined, 1000)`

const BUSY = `select count(*) from pg_stat_activity where query like 'select count(*) from generate_series%' and state = 'active'`

const Started = z.object({
  pid: z.number(),
  isAdopted: z.boolean(),
  connection: z.object({
    host: z.string(),
    port: z.number(),
    user: z.string(),
    password: z.string(),
    database: z.string(),
  }),
})

async function startWriter(home: string): Promise<{ script: ScriptProcess; started: z.infer<typeof Started> }> {
  const script = runScript(WRITER, [home])
  return { script, started: Started.parse(JSON.parse(await script.nextLine())) }
}

async function readAcknowledged(script: ScriptProcess, count: number): Promise<number> {
  let newest = 0
  for (let read = 0; read < count; read += 1) newest = Number(await script.nextLine())
  return newest
}

async function waitFor(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`did not happen in 20 s: ${what}`)
    await delay(20)
  }
}

test('a fresh home gets PostgreSQL 18 with checksums, SCRAM only, durable, private, and gone after stop', async (t) => {
  const home = await newHome()
  const engine = await start(t, home)
  const { connection, pid = 0 } = engine
  assert.equal(engine.isAdopted, false)
  const show = async (name: string): Promise<unknown> => (await query(connection, `show ${name}`))[0]
  assert.match(String(await show('server_version')), /^18\./)
  assert.equal(await show('data_checksums'), 'on')
  assert.equal(await show('fsync'), 'on')
  assert.equal(await show('synchronous_commit'), 'on')
  assert.equal(await show('listen_addresses'), '')
  assert.deepEqual(
    [...new Set(await query(connection, 'select auth_method from pg_hba_file_rules'))],
    ['scram-sha-256'],
  )
  await assert.rejects(query({ ...connection, password: 'wrong' }, 'select 1'), { code: '28P01' })
  assert.equal((await stat(join(home, 'postgres.password'))).mode & 0o777, 0o600)
  assert.equal((await stat(String(connection.host))).mode & 0o777, 0o700)
  assert.equal((await stat(home)).mode & 0o007, 0)
  if (process.getuid?.() === 0) assert.match(await readFile(`/proc/${pid}/status`, 'utf8'), /^Uid:\t[1-9]/m)
  const group = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => `0 () S 0 ${pid}`))
    .split(') ')[1]
    ?.split(' ')[2]
  assert.equal(Number(group), pid, 'a process group of its own, so that Ctrl-C does not reach it')
  await engine.stop()
  assert.equal(await findProcess(pid), undefined)
})

test('lower() and sorting know more than ASCII', async (t) => {
  const { connection } = await start(t, await newHome())
  assert.deepEqual(await query(connection, `select lower('ÄÖÉ Ł')`), ['äöé ł'])
})

test('after kill -9 of PostgreSQL calls give DATABASE_UNAVAILABLE, then it is back with every acknowledged row', async (t) => {
  const home = await newHome()
  const exits: string[] = []
  const engine = await startEmbeddedPostgres({ home, log, onExit: (exit) => exits.push(exit.reason) })
  t.after(() => engine.stop())
  const database = openDatabase({ connection: engine.connection, poolMax: 2 })
  t.after(() => database.close())
  await database.read((handle) => handle.run(sql`create table kept (n int)`))
  const firstPid = engine.pid ?? 0
  let acknowledged = 0
  let isKilled = false
  const codes = new Set<unknown>()
  await waitFor('rows again after the kill', async () => {
    try {
      await database.read((handle) => handle.run(sql`insert into kept values (${acknowledged})`))
      acknowledged += 1
      if (acknowledged === 50) process.kill(firstPid, 'SIGKILL')
      if (acknowledged === 50) isKilled = true
      return isKilled && codes.size > 0
    } catch (error) {
      codes.add(error instanceof Error && 'code' in error ? error.code : error)
      return false
    }
  })
  assert.deepEqual([...codes], ['DATABASE_UNAVAILABLE'])
  assert.deepEqual(exits, ['killed by SIGKILL'])
  assert.notEqual(engine.pid, firstPid)
  const kept = await database.read((handle) =>
    handle.first(z.object({ n: z.number() }), sql`select count(distinct n) as n from kept`),
  )
  assert.equal(kept?.n, acknowledged)
})

test('after kill -9 of Sophia the running PostgreSQL is adopted, supervised and stopped as if it were our own', async (t) => {
  const home = await newHome()
  const { script, started } = await startWriter(home)
  const acknowledged = await readAcknowledged(script, 100)
  await script.kill('SIGKILL')
  assert.equal(isAlive(started.pid), true)
  const engine = await start(t, home)
  assert.equal(engine.isAdopted, true)
  assert.equal(engine.pid, started.pid)
  assert.ok(Number((await query(engine.connection, 'select max(n) from kept'))[0]) >= acknowledged)
  process.kill(started.pid, 'SIGKILL')
  await waitFor('a new postmaster', () => engine.pid !== undefined && engine.pid !== started.pid)
  assert.ok(Number((await query(engine.connection, 'select max(n) from kept'))[0]) >= acknowledged)
  const newest = engine.pid ?? 0
  await engine.stop()
  assert.equal(await findProcess(newest), undefined)
})

test('an adopted PostgreSQL stops with the Sophia that adopted it', async (t) => {
  const home = await newHome()
  const { script, started } = await startWriter(home)
  await script.kill('SIGKILL')
  const engine = await start(t, home)
  assert.equal(engine.pid, started.pid)
  await engine.stop()
  assert.equal(await findProcess(started.pid), undefined)
})

test('ten times kill -9 of both while writing: nothing acknowledged is lost', { timeout: 120_000 }, async (t) => {
  const home = await newHome()
  let acknowledged = 0
  for (let round = 0; round < 10; round += 1) {
    const { script, started } = await startWriter(home)
    acknowledged = await readAcknowledged(script, 10 + round * 7)
    const order = round % 2 === 0 ? [started.pid, script.pid] : [script.pid, started.pid]
    for (const pid of order) process.kill(pid, 'SIGKILL')
    await script.kill('SIGKILL')
  }
  const engine = await start(t, home)
  assert.equal(engine.isAdopted, false)
  const [newest] = await query(engine.connection, 'select max(n) from kept')
  assert.ok(Number(newest) >= acknowledged, `${String(newest)} kept, ${acknowledged} acknowledged`)
  const [count] = await query(engine.connection, `select count(*)::int from kept`)
  assert.ok(Number(count) >= acknowledged * 0.5)
})

test('a backend that outlives its killed postmaster delays the next start, no more', { timeout: 60_000 }, async (t) => {
  const home = await newHome()
  const { script, started } = await startWriter(home)
  const client = new pg.Client(started.connection)
  client.on('error', () => undefined)
  await client.connect()
  // busy in the processor: it looks at nothing else until it is done
  const busy = client.query(`select count(*) from generate_series(1, 40000000)`).catch(() => undefined)
  await waitFor('a busy backend', async () => (await query(started.connection, BUSY))[0] === '1')
  process.kill(started.pid, 'SIGKILL')
  await script.kill('SIGKILL')
  const engine = await start(t, home)
  assert.deepEqual(await query(engine.connection, 'select 1'), [1])
  await busy
  await client.end().catch(() => undefined)
})

test('a postmaster.pid whose number now belongs to somebody else does not hinder the start', async (t) => {
  const home = await newHome()
  const engine = await startEmbeddedPostgres({ home, log })
  const pidFile = join(home, 'data', 'postmaster.pid')
  const text = await readFile(pidFile, 'utf8')
  await engine.stop()
  await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)))
  const again = await start(t, home)
  assert.equal(again.isAdopted, false)
  assert.deepEqual(await query(again.connection, 'select 1'), [1])
})

test('a home whose path is too long for a socket gets one in the temp folder, closed to others', async (t) => {
  const home = join(await newHome(), 'a'.repeat(60), 'b'.repeat(60))
  await mkdir(home, { recursive: true, mode: 0o711 })
  for (const folder of [join(home, '..', '..'), join(home, '..'), home]) await chmod(folder, 0o711)
  const { connection } = await start(t, home)
  assert.ok(Buffer.byteLength(`${String(connection.host)}/.s.PGSQL.5432`) <= 107)
  assert.ok(!String(connection.host).startsWith(home))
  assert.equal((await stat(String(connection.host))).mode & 0o777, 0o700)
  assert.deepEqual(await query(connection, 'select 1'), [1])
  t.after(() => rm(chooseSocketFolder(home), { recursive: true, force: true }))
})

test('a first start cut short at any step is completed by the next', { timeout: 120_000 }, async (t) => {
  const home = await newHome()
  // moments within the copy, initdb and the first start; which step each hits varies with the machine
  for (const afterMs of [150, 250, 350, 500, 700]) {
    const script = runScript(WRITER, [home])
    await delay(afterMs)
    await script.kill('SIGKILL')
  }
  const engine = await start(t, home)
  assert.deepEqual(await query(engine.connection, 'select 1'), [1])
})

test('what an earlier start still writes hinders no start', async (t) => {
  const home = await newHome()
  const left = join(home, 'data.partial-1-abc')
  await mkdir(left)
  let isStarted = false
  // What is removed is there again before the next step of the removal.
  const fill = (turn: number): void => {
    if (existsSync(left)) writeFileSync(join(left, String(turn % 50)), '')
    if (!isStarted) setImmediate(fill, turn + 1)
  }
  fill(0)
  const { connection } = await start(t, home).finally(() => (isStarted = true))
  assert.deepEqual(await query(connection, 'select 1'), [1])
})

test('a lost password file is explained, and nothing is touched', async () => {
  const home = await newHome()
  await (await startEmbeddedPostgres({ home, log })).stop()
  await rm(join(home, 'postgres.password'))
  await assert.rejects(startEmbeddedPostgres({ home, log }), {
    code: 'EMBEDDED_POSTGRES_UNAVAILABLE',
    message: /postgres\.password/,
  })
})

test('a cluster of another major version is refused with the way out', async () => {
  const home = await newHome()
  await (await startEmbeddedPostgres({ home, log })).stop()
  await writeFile(join(home, 'data', 'PG_VERSION'), '17\n')
  await assert.rejects(startEmbeddedPostgres({ home, log }), {
    code: 'EMBEDDED_POSTGRES_UNAVAILABLE',
    message: /17.*backup/,
  })
})

test('as root, a home behind a folder closed to others is refused with that folder’s name', async (t) => {
  if (process.getuid?.() !== 0) return t.diagnostic('not root: the account passes wherever Sophia does')
  const closed = await newHome()
  const home = join(closed, 'home')
  await mkdir(home)
  await assert.rejects(startEmbeddedPostgres({ home, log }), (error: Error & { code?: string }) => {
    return error.code === 'HOME_NOT_WRITABLE' && error.message.includes(closed)
  })
})

test('the log is emptied in place when it has grown, keeping one older file', async () => {
  const path = join(root, 'postgres.log')
  await writeFile(path, 'x'.repeat(100))
  assert.equal(await rotateWhenLarge(path, 100), false)
  assert.equal(await rotateWhenLarge(path, 99), true)
  assert.equal((await stat(path)).size, 0)
  assert.equal((await stat(`${path}.1`)).size, 100)
})
