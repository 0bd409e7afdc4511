import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { openTestDatabase } from '../../../test/support/database.ts'
import { until } from '../../../test/support/until.ts'
import { openDatabase, type Database } from './database.ts'
import { sql } from './sql.ts'

const { database, connection } = await openTestDatabase()

function openNamed(name: string, closeLimitMs: number): Database {
  return openDatabase({ connection: { ...connection, application_name: name }, poolMax: 2, closeLimitMs })
}

/** How many connections of this name the server has. */
async function countOf(name: string): Promise<number | undefined> {
  const count = sql`select count(*)::int as n from pg_stat_activity where application_name = ${name}`
  return (await database.read((handle) => handle.first(z.object({ n: z.int() }), count)))?.n
}

/** Takes a connection until told to let go. */
async function hold(own: Database): Promise<{ letGo: () => void; held: Promise<void> }> {
  const gate = Promise.withResolvers<void>()
  const held = own.read(async (handle) => {
    await handle.run(sql`select 1`)
    await gate.promise
  })
  await until(() => own.held().length === 1, 'it is out')
  return { letGo: gate.resolve, held }
}

test('closing waits for what is out', async () => {
  const own = openNamed('waited for', 60_000)
  const { letGo, held } = await hold(own)
  const closed = own.close()
  letGo()
  assert.deepEqual(await Promise.all([held, closed]), [undefined, undefined])
})

test('whoever still waits for the database at the end is cut off, and has leaked nothing', async () => {
  const own = openNamed('cut off', 100)
  const sleeping = assert.rejects(
    own.inTransaction((handle) => handle.run(sql`select pg_sleep(30)`)),
    { code: 'DATABASE_UNAVAILABLE' },
  )
  await until(async () => (await countOf('cut off')) === 1, 'it is at work')
  await own.close()
  await sleeping
  assert.deepEqual(own.held(), [])
})

test('a connection that is never given back ends with its pool, and closing names the place that took it', async () => {
  const own = openNamed('forgotten', 100)
  async function forgetful() {
    return hold(own)
  }
  const { letGo, held } = await forgetful()
  await assert.rejects(own.close(), (error: Error) => {
    assert.match(error.message, /not given back:\nheld for \d+ ms, taken\n[^]*forgetful .*connection-pool\.test\.ts/)
    return true
  })
  await until(async () => (await countOf('forgotten')) === 0, 'the server has it no more')
  letGo()
  await held
  assert.deepEqual(own.held(), [])
})
