import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { SophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
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
