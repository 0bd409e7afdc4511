import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { openToolsHouse } from '../../../test/support/tools-house.ts'
import { until } from '../../../test/support/until.ts'
import { createHistory } from './history.ts'
import { createProberLeases } from './prober-leases.ts'
import { leaseProbers } from './shared-store.ts'

const { database } = await openTestDatabase()
const log = pino({ level: 'silent' })

test('with the database away a server that waits is told once that it may be asked, not at each look', async () => {
  let isAway = true
  const over: Database = {
    ...database,
    read: (work) => (isAway ? Promise.reject(new SophiaError('DATABASE_UNAVAILABLE')) : database.read(work)),
  }
  const taken: string[] = []
  const onTaken = ({ serverId }: { serverId: string }): void => void taken.push(serverId)
  const clock = createManualClock()
  const leases = createProberLeases({ database: over, clock, log, processId: createId(), pace: 1, onTaken })
  const key = { serverId: 'crm', setup: 'here' }
  for (let round = 0; round < 5; round += 1) await leases.renew([key])
  assert.deepEqual(taken, ['crm'])
  assert.deepEqual(leases.of(key), { fence: null })
  isAway = false
  await leases.renew([key])
  assert.deepEqual(taken, ['crm', 'crm'], 'now with a fence')
  clock.advance(60_000)
  isAway = true
  for (let round = 0; round < 5; round += 1) await leases.renew([key])
  assert.deepEqual(taken, ['crm', 'crm', 'crm'], 'the next time it is away')
})

test('a process that is too busy to renew asks no server beside the one that may, and goes on with those it holds', async () => {
  const other = { keys: [{ serverId: 'other', setup: 'here' }], owner: createId(), ms: 60_000 }
  await database.read((handle) => leaseProbers(handle, other))
  let isBusy = false
  const keeping: Pick<Database, 'read'> = {
    read: (work) => (isBusy ? Promise.reject(new SophiaError('OVERLOADED')) : database.read(work)),
  }
  const taken: string[] = []
  const onTaken = ({ serverId }: { serverId: string }): void => void taken.push(serverId)
  const clock = createManualClock()
  const leases = createProberLeases({ database, keeping, clock, log, processId: createId(), pace: 1, onTaken })
  const [mine, theirs] = ['mine', 'other'].map((serverId) => ({ serverId, setup: 'here' }))
  assert.ok(mine && theirs)
  await leases.renew([mine, theirs])
  isBusy = true
  for (let round = 0; round < 3; round += 1) await leases.renew([mine, theirs])
  assert.deepEqual(taken, ['mine'])
  assert.deepEqual([leases.of(mine), leases.of(theirs)], [{ fence: 1 }, null])
  clock.advance(8000)
  assert.equal(leases.of(mine), null, 'by then another may ask it')
})

test('a pool that is full ends no right to ask a server', async () => {
  const { connection, database: free } = await openTestDatabase()
  const full = openDatabase({ connection, poolMax: 1 })
  const house = await openToolsHouse({
    database: full,
    keeping: free,
    servers: { crm: { url: 'http://127.0.0.1:1/mcp' } },
    pace: 0.1,
  })
  const held = z.object({ owner: z.string().nullable(), isHeld: z.boolean() })
  const read = () =>
    free.read((handle) =>
      handle.first(held, sql`select owner, leased_until > clock_timestamp() as "isHeld" from mcp_probers`),
    )
  await until(async () => (await read())?.isHeld === true, 'the server is asked by this process')
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  const taken = full.read(() => over)
  const before = await read()
  await delay(4500)
  assert.deepEqual(await read(), before)
  end()
  await taken
  await house.tools.close()
  await full.close()
})

test('who asked a server that nobody has had for a week is forgotten', async () => {
  const keys = [
    { serverId: 'old', setup: 'here' },
    { serverId: 'new', setup: 'here' },
  ]
  await database.read((handle) => leaseProbers(handle, { keys, owner: createId(), ms: 1000 }))
  await database.read((handle) =>
    handle.client.query(`update mcp_probers set leased_until = now() - interval '8 days' where server_id = 'old'`),
  )
  await createHistory({ database, log, now: () => new Date() }).sweep()
  const { rows } = await database.read((handle) =>
    handle.client.query(`select server_id from mcp_probers where server_id in ('old', 'new')`),
  )
  assert.deepEqual(rows, [{ server_id: 'new' }])
})
