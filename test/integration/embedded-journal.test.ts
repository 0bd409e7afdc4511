import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { createLog } from '#platform/log/log.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { startEmbeddedPostgres } from '#platform/postgres/embedded-postgres.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
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
  process.kill(engine.pid ?? 0, 'SIGKILL')
  const isBack = (): Promise<boolean> =>
    ask(sql`select 1 as n`).then(
      () => exits.length > 0,
      () => false,
    )
  await until(isBack, 'it is back', 60_000)
  assert.equal(await ask(sql`select count(*) as n from loaded where words = repeat(md5(n::text), 20)`), 20_000)
})
