import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { startFaultProxy } from '../../../test/chaos/fault-proxy.ts'
import { startTestEngine } from '../../../test/support/database.ts'
import { openDatabase } from './database.ts'
import { sql } from './sql.ts'

test('a line that is gone without a word ends a transaction in time, at a statement and at its commit, and the next one works', async (t) => {
  const engine = await startTestEngine({ isOverTcp: true })
  const proxy = await startFaultProxy({ port: engine.connection.port ?? 0 })
  const connection = { ...engine.connection, port: proxy.port }
  const database = openDatabase({ connection, poolMax: 1, statementTimeoutMs: 200 })
  t.after(async () => {
    await database.close()
    await proxy.close()
  })
  const one = z.object({ one: z.int() })
  const away = { code: 'DATABASE_UNAVAILABLE' }
  await assert.rejects(
    database.inTransaction(async (handle) => {
      proxy.strand()
      return handle.rows(one, sql`select 1 as one`)
    }),
    away,
  )
  await assert.rejects(
    database.inTransaction(async (handle) => {
      await handle.rows(one, sql`select 1 as one`)
      proxy.strand()
    }),
    away,
  )
  assert.deepEqual(await database.inTransaction((handle) => handle.rows(one, sql`select 1 as one`)), [{ one: 1 }])
})
