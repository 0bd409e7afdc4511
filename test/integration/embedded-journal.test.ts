import assert from 'node:assert/strict'
import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { z } from 'zod'
import { createLog } from '#platform/log/log.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { startEmbeddedPostgres } from '#platform/postgres/embedded-postgres.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { startPrivateEngine } from '../support/private-engine.ts'
import { until } from '../support/until.ts'

const log = createLog({ level: 'silent', isForPeople: false })

test('rows of a table that its transaction made skip the journal, and are there after kill -9 all the same', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'sophia-journal-'))
  await chmod(home, 0o711)
  t.after(() => rm(home, { recursive: true, force: true }))
  const exits: string[] = []
  const engine = await startEmbeddedPostgres({ home, log, onExit: (exit) => exits.push(exit.reason) })
  t.after(() => engine.stop())
  const database = openDatabase({ connection: engine.connection, poolMax: 2 })
  t.after(() => database.close())
  const ask = async (query: Sql): Promise<number | undefined> =>
    (await database.read((handle) => handle.first(z.object({ n: z.number() }), query)))?.n
  const journal = sql`select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 as n`
  const before = (await ask(journal)) ?? 0
  await database.inTransaction(async (handle) => {
    await handle.run(sql`create table loaded (n int, words text)`)
    await handle.run(sql`insert into loaded select i, repeat(md5(i::text), 20) from generate_series(1, 20000) i`)
    await handle.run(sql`create index loaded_words on loaded (words)`)
  })
  const written = ((await ask(journal)) ?? 0) - before
  const size = (await ask(sql`select pg_table_size('loaded')::float8 as n`)) ?? 0
  assert.ok(size > 10_000_000, String(size))
  // What it writes of its catalogue besides.
  assert.ok(written < size / 4, `${written} of ${size} bytes`)
  const begun = sql`select extract(epoch from pg_postmaster_start_time())::float8 as n`
  const begunBefore = await ask(begun)
  process.kill(engine.pid ?? 0, 'SIGKILL')
  // A backend may outlive it for a moment, and answers.
  const isBack = (): Promise<boolean> =>
    ask(begun).then(
      (begunNow) => begunNow !== begunBefore && exits.length > 0,
      () => false,
    )
  await until(isBack, 'it is back', 60_000)
  assert.equal(await ask(sql`select count(*) as n from loaded where words = repeat(md5(n::text), 20)`), 20_000)
})

test('a home that was set up for archiving, summaries or a standby starts, with the journal whole', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'sophia-journal-'))
  await chmod(home, 0o711)
  t.after(() => rm(home, { recursive: true, force: true }))
  const startAndAsk = async (...queries: string[]): Promise<string> => {
    const engine = await startPrivateEngine({ home, isDurable: true })
    const client = new pg.Client(engine.connection)
    try {
      await client.connect()
      for (const query of queries) await client.query(query)
      const { rows } = await client.query<{ wal_level: string }>('show wal_level')
      return rows[0]?.wal_level ?? ''
    } finally {
      await client.end()
      await engine.stop()
    }
  }
  assert.equal(await startAndAsk(), 'minimal')
  const conf = join(home, 'data', 'postgresql.conf')
  const asMade = await readFile(conf)
  for (const line of ['archive_mode = on', ' Summarize_WAL=on', 'wal_level = replica']) {
    await appendFile(conf, `\n${line}\n`)
    assert.equal(await startAndAsk(), 'replica', line)
    await writeFile(conf, asMade)
  }
  assert.equal(await startAndAsk('alter system set wal_level = replica'), 'minimal')
  assert.equal(await startAndAsk("select pg_create_physical_replication_slot('s', true)"), 'replica')
  await rm(join(home, 'data', 'postgresql.auto.conf'))
  assert.equal(await startAndAsk("select pg_drop_replication_slot('s')"), 'replica')
  assert.equal(await startAndAsk(), 'minimal')
})
