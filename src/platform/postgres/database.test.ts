import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import pg from 'pg'
import { z } from 'zod'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openDatabase } from './database.ts'
import { sql, type Sql } from './sql.ts'

const { database, connection } = await openTestDatabase({ poolMax: 3, statementTimeoutMs: 1000 })
await database.read((handle) => handle.run(sql`create table kept (n bigint)`))

async function one(query: Sql): Promise<unknown> {
  const row = await database.read((handle) => handle.first(z.record(z.string(), z.unknown()), query))
  return row && Object.values(row)[0]
}

/** As an operator would, from outside the pool. */
async function terminate(pid: unknown): Promise<void> {
  const client = new pg.Client(connection)
  await client.connect()
  await client.query('select pg_terminate_backend($1)', [pid])
  await client.end()
}

const Pid = z.object({ pid: z.number() })

test('a transaction that throws leaves nothing, one that ends stores all', async () => {
  const work = database.inTransaction(async (handle) => {
    await handle.run(sql`insert into kept values (1)`)
    throw new Error('changed my mind')
  })
  await assert.rejects(work, /changed my mind/)
  assert.equal(await one(sql`select count(*) from kept`), 0)
  await database.inTransaction((handle) => handle.run(sql`insert into kept values (1), (2)`))
  assert.equal(await one(sql`select count(*) from kept`), 2)
})

test('a transaction in which a failed statement was swallowed does not pass for stored', async () => {
  const work = database.inTransaction(async (handle) => {
    await handle.run(sql`insert into kept values (77)`)
    await handle.run(sql`select 1 / 0`).catch(() => undefined)
  })
  await assert.rejects(work, /nothing was stored/)
  assert.equal(await one(sql`select count(*) from kept where n = 77`), 0)
})

test('a read-only transaction refuses to write', async () => {
  const work = database.inTransaction((handle) => handle.run(sql`insert into kept values (9)`), { isReadOnly: true })
  await assert.rejects(work, { code: 'DATABASE_UNAVAILABLE' })
  assert.equal(await one(sql`select count(*) from kept where n = 9`), 0)
})

test('a connection killed by the server gives DATABASE_UNAVAILABLE, rolls back, and the next call works', async () => {
  const work = database.inTransaction(async (handle) => {
    await handle.run(sql`insert into kept values (88)`)
    const self = await handle.first(Pid, sql`select pg_backend_pid() as pid`)
    await terminate(self?.pid)
    await handle.run(sql`insert into kept values (89)`)
  })
  await assert.rejects(work, { code: 'DATABASE_UNAVAILABLE', retryable: true, retryAfterSeconds: 2 })
  assert.equal(await one(sql`select count(*) from kept where n in (88, 89)`), 0)
})

test('a connection lost at the commit says that the outcome is unknown', async () => {
  const work = database.inTransaction(async (handle) => {
    await handle.run(sql`insert into kept values (99)`)
    const self = await handle.first(Pid, sql`select pg_backend_pid() as pid`)
    await terminate(self?.pid)
  })
  await assert.rejects(work, { code: 'DATABASE_UNAVAILABLE', message: /may or may not be stored/ })
})

test('a transaction whose owner falls silent soon lets go of what it holds, and its owner stores nothing late', async () => {
  const { promise: silence, resolve: speakAgain } = Promise.withResolvers<void>()
  const isHolding = Promise.withResolvers<void>()
  await database.read((handle) => handle.run(sql`insert into kept values (500)`))
  const silent = database.inTransaction(async (handle) => {
    await handle.run(sql`update kept set n = 501 where n = 500`)
    isHolding.resolve()
    await silence
    await handle.run(sql`insert into kept values (502)`)
  })
  silent.catch(() => undefined)
  await isHolding.promise
  const update = sql`update kept set n = 503 where n = 500`
  // One statement may wait a second here; whoever wants the row asks again.
  const until = performance.now() + 30_000
  let changed = 0
  while (changed === 0 && performance.now() < until)
    changed = await database.read((handle) => handle.run(update)).catch(() => 0)
  assert.equal(changed, 1, 'what it held is free')
  speakAgain()
  await assert.rejects(silent, { code: 'DATABASE_UNAVAILABLE' })
  assert.equal(await one(sql`select count(*) from kept where n in (500, 501, 502)`), 0)
})

test('the end of a transaction without a limit is waited for as its statements are', async (t) => {
  const byHand = new pg.Client(connection)
  await byHand.connect()
  t.after(() => byHand.end())
  await byHand.query(`create table brought (n int);
    create function wait_at_commit() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(4712); return null; end $$;
    create constraint trigger waits after insert on brought deferrable initially deferred for each row execute function wait_at_commit();
    select pg_advisory_lock(4712)`)
  const waits = async (): Promise<boolean> =>
    (await byHand.query("select 1 from pg_locks where locktype = 'advisory' and objid = 4712 and not granted"))
      .rowCount === 1
  // The driver counts from the moment at which it asks.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const ended = database.inTransaction(
    async (handle) => {
      await handle.raiseLimit(0)
      await handle.run(sql`insert into brought values (1)`)
    },
    { mayTakeLong: true },
  )
  const outcome = ended.then(
    () => 'stored',
    (error: unknown) => error,
  )
  while (!(await waits())) await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(120_000)
  await byHand.query('select pg_advisory_unlock(4712)')
  assert.equal(await outcome, 'stored')
})

test('idle connections killed by the server are replaced without an error to anyone', async () => {
  const lost: string[] = []
  const own = openDatabase({ connection, poolMax: 1, onConnectionLost: (error) => lost.push(error.message) })
  const first = await own.read((handle) => handle.first(Pid, sql`select pg_backend_pid() as pid`))
  await terminate(first?.pid)
  while (lost.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const second = await own.read((handle) => handle.first(Pid, sql`select pg_backend_pid() as pid`))
  assert.notEqual(second?.pid, first?.pid)
  await own.close()
})

test('a statement over its time limit is stopped by the server and the connection serves on', async () => {
  await assert.rejects(one(sql`select pg_sleep(30)`), { code: 'DATABASE_UNAVAILABLE' })
  assert.equal(await one(sql`select 1`), 1)
})

test('a transaction may raise the limit for itself alone', async () => {
  const SLOW = sql`select pg_sleep(1.2)`
  await database.inTransaction(async (handle) => {
    await handle.raiseLimit(0)
    await handle.run(SLOW)
  })
  await assert.rejects(one(SLOW), { code: 'DATABASE_UNAVAILABLE' })
})

test('with a raised limit the client waits as long as the server', async () => {
  const longer = sql`select pg_sleep(6.5)`
  const raised = [0, 60_000].map((ms) =>
    database.inTransaction(async (handle) => {
      await handle.raiseLimit(ms)
      await handle.run(longer)
    }),
  )
  assert.deepEqual(await Promise.all(raised), [undefined, undefined])
})

test('whole numbers are exact up to 2^53 - 1, and an error beyond, also as sums', async () => {
  assert.equal(await one(sql`select ${Number.MAX_SAFE_INTEGER}::int8`), Number.MAX_SAFE_INTEGER)
  assert.equal(await one(sql`select -9007199254740991::int8`), -Number.MAX_SAFE_INTEGER)
  await assert.rejects(one(sql`select 9007199254740992::int8`), /integer out of range/)
  await assert.rejects(
    one(sql`select sum(n) from (values (9007199254740991::int8), (1)) as t (n)`),
    /integer out of range/,
  )
  assert.equal(await one(sql`select 0.25::numeric`), 0.25)
  assert.deepEqual(await one(sql`select array[1, null, 3]::int8[]`), [1, null, 3])
  assert.equal(await one(sql`select 1`), 1)
})

test('a day stays the day it is', async () => {
  assert.equal(await one(sql`select date '2017-12-31'`), '2017-12-31')
  assert.deepEqual(await one(sql`select array[date '2017-12-31', date '2018-01-01']`), ['2017-12-31', '2018-01-01'])
})

test('text with a NUL is refused as invalid input', async () => {
  await assert.rejects(one(sql`select ${'a\0b'}::text`), { code: 'INVALID_INPUT' })
  await assert.rejects(one(sql`select ${'{"a": "\\u0000"}'}::jsonb ->> 'a'`), { code: 'INVALID_INPUT' })
})

test(
  'a pool with all connections busy says OVERLOADED, not that the database is away',
  { timeout: 20_000 },
  async () => {
    const own = openDatabase({ connection, poolMax: 1 })
    let letGo = (): void => undefined
    const holding = own.read(async (handle) => {
      await handle.run(sql`select 1`)
      await new Promise<void>((resolve) => {
        letGo = resolve
      })
    })
    await assert.rejects(
      own.read((handle) => handle.run(sql`select 1`)),
      { code: 'OVERLOADED' },
    )
    letGo()
    await holding
    await own.close()
  },
)

test('a database that is not there, or refuses the password, is unavailable with the reason', async () => {
  const away = openDatabase({ connection: { host: '/nonexistent', port: 5432 }, poolMax: 1 })
  await assert.rejects(
    away.read((handle) => handle.run(sql`select 1`)),
    { code: 'DATABASE_UNAVAILABLE' },
  )
  const refused = openDatabase({ connection: { ...connection, password: 'wrong' }, poolMax: 1 })
  await assert.rejects(
    refused.read((handle) => handle.run(sql`select 1`)),
    { code: 'DATABASE_UNAVAILABLE', message: /password/ },
  )
})

test('the correlation id rides on the statement, and nothing that could end the comment', async () => {
  let id = 'abc-123'
  const own = openDatabase({ connection, poolMax: 1, annotate: () => id })
  const Text = z.object({ query: z.string() })
  const self = sql`select query from pg_stat_activity where pid = pg_backend_pid()`
  assert.match((await own.read((handle) => handle.first(Text, self)))?.query ?? '', /correlation_id=abc-123/)
  id = '*/ drop table kept; --'
  assert.doesNotMatch((await own.read((handle) => handle.first(Text, self)))?.query ?? '', /drop/)
  await own.close()
})

/** A line on which the server's last word of an answer, its readiness, comes some time after the rest. */
class HesitantSocket extends Socket {
  override emit(event: string, ...args: unknown[]): boolean {
    const [chunk] = args
    const isLastWord = event === 'data' && Buffer.isBuffer(chunk) && chunk.length > 6 && chunk.at(-6) === 0x5a
    if (!isLastWord) return super.emit(event, ...args)
    setTimeout(() => super.emit(event, chunk.subarray(-6)), 20)
    return super.emit(event, chunk.subarray(0, -6))
  }
}

for (const [line, settings] of [
  ['a line', {}],
  ['a line that hesitates', { stream: () => new HesitantSocket() }],
] as const) {
  test(`a script that fails inside a transaction of its own, over ${line}, leaves no connection in it`, async () => {
    const own = openDatabase({ connection: { ...connection, ...settings }, poolMax: 1 })
    const script = 'begin; select 1 / 0; commit;'
    await assert.rejects(own.read((handle) => handle.client.query(script)))
    const row = await own.read((handle) => handle.first(z.object({ one: z.number() }), sql`select 1 as one`))
    assert.deepEqual(row, { one: 1 })
    await own.close()
  })
}

const Total = z.object({ count: z.number() })
const countKept = sql`select count(*) as count from kept`

test('both parts of a snapshot see the rows of one moment, whatever is written between them', async () => {
  const [before, during] = await database.inSnapshot(async (snapshot) => {
    const first = await snapshot.first(Total, countKept)
    await database.inTransaction((handle) => handle.run(sql`insert into kept values (900)`))
    const counts = await snapshot.both(
      (handle) => handle.first(Total, countKept),
      (handle) => handle.first(Total, countKept),
    )
    return [first, counts]
  })
  assert.deepEqual(during, [before, before])
  assert.notEqual(await one(countKept), before?.count)
})

test('parts run on two connections where one is free, and on one where none is', async () => {
  const whoAmI = sql`select pg_backend_pid() as pid`
  for (const poolMax of [1, 2]) {
    const own = openDatabase({ connection, poolMax })
    const pids = await own.inSnapshot((snapshot) =>
      snapshot.both(
        (handle) => handle.first(Pid, whoAmI),
        (handle) => handle.first(Pid, whoAmI),
      ),
    )
    assert.equal(new Set(pids.map((row) => row?.pid)).size, poolMax)
    await own.close()
  }
})

test('snapshots that all want a second connection at once never wait for each other', { timeout: 20_000 }, async () => {
  const own = openDatabase({ connection, poolMax: 3 })
  const slow = (handle: { run(query: Sql): Promise<number> }) => handle.run(sql`select pg_sleep(0.05)`)
  await Promise.all(Array.from({ length: 9 }, () => own.inSnapshot((snapshot) => snapshot.both(slow, slow))))
  await own.close()
})

test('a part that fails fails the snapshot with its own error, and both connections serve on', async () => {
  const own = openDatabase({ connection, poolMax: 2 })
  for (const broken of [0, 1]) {
    const part = (index: number) => async (handle: { run(query: Sql): Promise<number> }) =>
      handle.run(index === broken ? sql`select 1 / 0` : sql`select pg_sleep(0.02)`)
    await assert.rejects(
      own.inSnapshot((snapshot) => snapshot.both(part(0), part(1))),
      /division by zero/,
    )
  }
  assert.equal(own.stats().waiting, 0)
  await Promise.all([1, 2].map(() => own.read((handle) => handle.run(sql`select 1`))))
  await own.close()
})

test('a snapshot refuses to write', async () => {
  await assert.rejects(database.inSnapshot((snapshot) => snapshot.run(sql`insert into kept values (901)`)))
  assert.equal(await one(sql`select count(*) from kept where n = 901`), 0)
})
