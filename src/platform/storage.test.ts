import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { makeHome } from '../../test/support/sophia-process.ts'
import { until } from '../../test/support/until.ts'
import { readConfig } from './config/config.ts'
import { openStorage } from './storage.ts'

const Line = z.object({ msg: z.string(), 'sophia.taken_at': z.string() })

test('each pool of the house is watched: what is held for long is logged with the place that took it, and counted', async () => {
  const { connection } = await openTestDatabase()
  const home = await makeHome()
  const { postgres } = readConfig({ SOPHIA_HOME: home, DATABASE_URL: databaseUrlOf(connection) })
  const lines: string[] = []
  const log = pino({}, { write: (line) => void lines.push(line) })
  const time = { nowMs: 0, held: 0 }
  const watch = { onQuery: () => undefined, onPoolWait: () => undefined, onHeld: () => void (time.held += 1) }
  const monotonicMs = (): number => time.nowMs
  const storage = await openStorage({ home, postgres, log, purpose: 'command', watch, monotonicMs })
  const gate = Promise.withResolvers<void>()
  const takers = {
    takeFromPool: () => storage.database.read(() => gate.promise),
    takeForLeases: () => storage.keeping.read(() => gate.promise),
    takeForHealth: () => storage.probe.read(() => gate.promise),
  }
  const taken = Object.values(takers).map((take) => take())
  const pools = [storage.database, storage.keeping, storage.probe]
  await until(() => pools.every((pool) => pool.held().length === 1), 'one of each is out')
  time.nowMs = 5001
  await until(() => time.held === 3, 'all are told')
  const places = lines.map((line) => Line.parse(JSON.parse(line))['sophia.taken_at'])
  for (const name of Object.keys(takers)) assert.equal(places.filter((place) => place.includes(name)).length, 1, name)
  gate.resolve()
  await Promise.all(taken)
  await storage.close()
})
