/**
 * A test file whose only test passes, but for work that never gives its connection back; `FORGETFUL` says which pool it forgets one of. Run by
 * the test of that, and only by it.
 */
import { test } from 'node:test'
import pino from 'pino'
import { readConfig } from '#platform/config/config.ts'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { openStorage } from '#platform/storage.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from './database.ts'
import { openTestHouse } from './house.ts'
import { makeHome, startSophia } from './sophia-process.ts'

/** Takes a connection and keeps it. */
async function forgetful(database: Database): Promise<void> {
  const begun = Promise.withResolvers<void>()
  void database.read(() => {
    begun.resolve()
    return new Promise(() => undefined)
  })
  await begun.promise
}

/** A process of ours that forgets one of the first pool it opens. */
const PLANTED = `import { channel } from 'node:diagnostics_channel'
const opened = channel('sophia.database.opened')
opened.subscribe(function forgetful(database) {
  opened.unsubscribe(forgetful)
  void database.read(() => new Promise(() => undefined))
})`

/** Long enough for what is under way. */
const closeLimitMs = 500

const WAYS: Readonly<Record<string, () => Promise<void>>> = {
  'database of a test': async () => {
    const { database } = await openTestDatabase({ closeLimitMs })
    await forgetful(database)
  },
  'pool that is closed': async () => {
    const { connection } = await openTestDatabase()
    const database = openDatabase({ connection, poolMax: 1, closeLimitMs })
    await forgetful(database)
    await database.close()
  },
  'pool that nobody closes': async () => {
    const { connection } = await openTestDatabase()
    await forgetful(openDatabase({ connection, poolMax: 1 }))
  },
  storage: async () => {
    const { connection } = await openTestDatabase()
    const home = await makeHome()
    const { postgres } = readConfig({ SOPHIA_HOME: home, DATABASE_URL: databaseUrlOf(connection) })
    const storage = await openStorage({ home, postgres, log: pino({ level: 'silent' }), purpose: 'command' })
    await forgetful(storage.keeping)
    await storage.close()
  },
  house: async () => {
    const { rooms } = await openTestHouse()
    await forgetful(rooms.storage.keeping)
  },
  process: async () => {
    const { connection } = await openTestDatabase()
    const sophia = startSophia(['up'], {
      SOPHIA_HOME: await makeHome(),
      DATABASE_URL: databaseUrlOf(connection),
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PLANTED)}`,
    })
    await sophia.address()
    sophia.kill('SIGTERM')
    await sophia.ended
  },
}

test('passes by itself', () => WAYS[process.env['FORGETFUL'] ?? '']?.())
