import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { openEmptyDatabase } from '../../test/support/database.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { makeHome, runSophia } from '../../test/support/sophia-process.ts'

const Progress = z.strictObject({
  type: z.literal('progress'),
  step: z.literal('migrate'),
  table: z.null(),
  share: z.number(),
})
const Outcome = z.object({
  type: z.literal('result'),
  from: z.number(),
  to: z.number(),
  applied: z.array(z.object({ name: z.string() })),
})
const newest = readdirSync('migrations').filter((name) => name.endsWith('.sql')).length

test('a migration by itself brings the database to this version and ends; again there is nothing to do', async () => {
  const { connection } = await openEmptyDatabase()
  const settings = { SOPHIA_HOME: await makeHome(), DATABASE_URL: databaseUrlOf(connection) }
  const first = await runSophia(['migrate', '--json'], settings)
  assert.equal(first.code, 0, first.err)
  const lines = first.out.trim().split('\n')
  const shares = lines.slice(0, -1).map((line) => Progress.parse(JSON.parse(line)).share)
  assert.deepEqual([shares.length, shares[0], shares.at(-1)], [newest + 1, 0, 1])
  const { from, to, applied } = Outcome.parse(JSON.parse(lines.at(-1) ?? ''))
  assert.deepEqual([from, to, applied.length], [0, newest, newest])
  const second = await runSophia(['migrate'], settings)
  assert.deepEqual([second.code, second.out], [0, `The database is at migration ${newest}; there is nothing to do.\n`])
})

test('a database that refuses the sign-in ends it at once, with the exit code of what is unavailable', async () => {
  const { connection } = await openEmptyDatabase()
  const url = databaseUrlOf({ ...connection, password: 'wrong' })
  const { code, out } = await runSophia(['migrate'], { SOPHIA_HOME: await makeHome(), DATABASE_URL: url })
  assert.deepEqual([code, out], [69, ''])
})
