import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { z } from 'zod'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { openTestPooler } from '../support/pgbouncer.ts'
import { ask } from '../support/raw-http.ts'
import { until } from '../support/until.ts'
import { askAndRead, joinHouse, openConversation, postQuestion } from '../support/visitors.ts'

/** Few, so that every connection of the server is handed from one client to another all the time. */
const SERVER_CONNECTIONS = 4
const CLIENTS = 120
const SECRET_KEY = randomBytes(32).toString('base64')
const { database: direct, connection } = await openTestDatabase()
const pooler = await openTestPooler(connection, SERVER_CONNECTIONS)
const house = await openTestHouse({ DATABASE_POOL_MAX: '100', SOPHIA_SECRET_KEY: SECRET_KEY }, { pooler: pooler.place })
const owner = await joinHouse(house, { role: 'owner', rowScope: 'all' })

function openPooled(settings: { poolMax?: number; statementTimeoutMs?: number } = {}): Database {
  return openDatabase({ connection: { ...connection, ...pooler.place }, poolMax: 10, isPooled: true, ...settings })
}

const Limits = z.object({ statement: z.string(), idle: z.string() })

test('the house answers behind a pooler in transaction mode: turns, jobs, imports, backups', async () => {
  await house.rooms.imports.loadSample(await house.rooms.access.localPrincipal())
  const conversation = await openConversation(owner)
  for (let n = 0; n < 3; n += 1) await askAndRead(owner, conversation, 'How is my pipeline?')
  await until(() => house.rooms.jobs.health().state === 'ok', 'the jobs run')
  await house.rooms.backups.create()
})

test('two houses behind the pooler hear each other past it: what is asked at one is followed at the other', async () => {
  const settings = {
    DATABASE_URL: databaseUrlOf({ ...house.connection, ...pooler.place }),
    DATABASE_DIRECT_URL: databaseUrlOf(house.connection),
  }
  const other = await openTestHouse({ ...settings, SOPHIA_SECRET_KEY: SECRET_KEY })
  const conversation = await openConversation(owner)
  const { turnId } = await postQuestion(owner, conversation)
  const far = await ask(other.url, { path: `/api/turns/${turnId}/events`, headers: { cookie: owner.cookie } })
  assert.match(far.text, /event: turn-end/)
  const listening = await direct.read((handle) =>
    handle.rows(
      z.object({ pid: z.int() }),
      sql`select pid from pg_stat_activity where application_name = 'sophia wakeups' and datname = ${house.connection.database}`,
    ),
  )
  assert.equal(listening.length, 2)
  const servers = await pooler.show('servers')
  const pooled = new Set(servers.map(({ remote_pid: pid }) => Number(pid)))
  assert.ok(pooled.size > 0)
  assert.deepEqual(
    listening.filter(({ pid }) => pooled.has(pid)),
    [],
  )
  await other.close()
})

test('nothing of one client stays on a connection that another is given', async () => {
  const rows = await Promise.all(
    Array.from({ length: SERVER_CONNECTIONS * 3 }, async () => {
      const client = new pg.Client({ ...house.connection, ...pooler.place })
      await client.connect()
      const { rows: found } = await client.query(
        `select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle, pg_sleep(0.05)`,
      )
      await client.end()
      return Limits.parse(found[0])
    }),
  )
  // As the role has it, or as the server had it for connections from before: never the health probe's two seconds.
  for (const { statement, idle } of rows) assert.ok(['15s', '0'].includes(statement) && idle === '0', statement)
})

test('the role is given a limit for single statements, in this database alone', async () => {
  const fresh = new pg.Client(house.connection)
  await fresh.connect()
  assert.deepEqual((await fresh.query('show statement_timeout')).rows, [{ statement_timeout: '15s' }])
  await fresh.end()
  const elsewhere = await direct.read((handle) =>
    handle.first(
      z.object({ roles: z.number() }),
      sql`select count(*)::int as roles from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
        where d.datname = current_database()`,
    ),
  )
  assert.deepEqual(elsewhere, { roles: 0 })
})

test('a transaction has its limits although nothing is set on its connection', async () => {
  const database = openPooled({ statementTimeoutMs: 300 })
  const sleeping = database.inTransaction((handle) => handle.run(sql`select pg_sleep(20)`))
  await assert.rejects(sleeping, { code: 'DATABASE_UNAVAILABLE', message: /does not answer/ })
  const limits = await database.inTransaction((handle) =>
    handle.first(
      Limits,
      sql`select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle`,
    ),
  )
  assert.deepEqual(limits, { statement: '300ms', idle: '5s' })
  await database.close()
})

test('every connection of a large pool shares the few of the server', async () => {
  const database = openPooled({ poolMax: CLIENTS })
  const Backend = z.object({ pid: z.number() })
  const gate = Promise.withResolvers<void>()
  const pids = new Set<number | undefined>()
  const holding: Promise<void>[] = []
  // A few at a time: each handshake costs both sides some arithmetic.
  for (let opened = 0; opened < CLIENTS; opened += 10) {
    for (let n = 0; n < 10; n += 1) {
      holding.push(
        database.read(async (handle) => {
          pids.add((await handle.first(Backend, sql`select pg_backend_pid() as pid`))?.pid)
          await gate.promise
        }),
      )
    }
    await until(() => database.held().length === opened + 10, 'they are open')
  }
  gate.resolve()
  await Promise.all(holding)
  assert.equal(database.stats().total, CLIENTS)
  assert.ok(pids.size <= SERVER_CONNECTIONS, `${pids.size} connections of the server`)
  await database.close()
})
