import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import pg from 'pg'
import { openHouse } from '../../src/compose.ts'
import { readConfig } from '#platform/config/config.ts'
import { createLog } from '#platform/log/log.ts'
import type { Patiently } from '#platform/supervision/systemd-notices.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openEmptyDatabase } from '../support/database.ts'
import { enginePidOf, makeHome, startSophia, watchdogOf } from '../support/sophia-process.ts'
import { openSystemdSocket } from '../support/systemd-socket.ts'

/** As another process holds it that migrates the same database. */
const MIGRATION_LOCK = 0x736f70686961

test('a start that waits for a long migration asks systemd for more time', async () => {
  const systemd = await openSystemdSocket()
  const { connection } = await openEmptyDatabase()
  const other = new pg.Client(connection)
  await other.connect()
  // The database of the tests goes with its connections.
  other.on('error', () => undefined)
  await other.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
  const settings = { SOPHIA_HOME: await makeHome(), DATABASE_URL: databaseUrlOf(connection) }
  const sophia = startSophia(['up'], { ...settings, NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '60000000' })
  await systemd.hears(/^EXTEND_TIMEOUT_USEC=\d+$/)
  assert.ok(!systemd.heard().includes('READY=1'))
  await other.end()
  await sophia.address()
  await systemd.hears(/^READY=1$/)
  sophia.kill('SIGTERM')
  assert.equal((await sophia.ended).code, 0)
})

test('time is asked for while the database starts, is waited for and is migrated; for what has no limit only as long as it answers', async () => {
  const { connection } = await openEmptyDatabase()
  const config = readConfig({
    SOPHIA_HOME: await makeHome(),
    SOPHIA_PORT: '0',
    DATABASE_URL: databaseUrlOf(connection),
  })
  const looks: (() => Promise<unknown>)[] = []
  let works = 0
  const patiently: Patiently = (work, isWell) => {
    works += 1
    if (isWell) looks.push(isWell)
    return work()
  }
  const house = await openHouse(config, createLog({ level: 'silent', isForPeople: false }), { doors: [], patiently })
  const [look, ...others] = looks
  assert.deepEqual([works, others.length], [3, 0])
  await look?.()
  await house.close()
  await assert.rejects(async () => look?.())
})

test('the server tells systemd that it serves, that it lives and that it stops; no process of it can speak in its name', async () => {
  const systemd = await openSystemdSocket()
  const home = await makeHome()
  const sophia = startSophia(['up'], { SOPHIA_HOME: home, NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '900000' })
  const address = await sophia.address()
  await systemd.hears(/^READY=1$/)
  assert.ok(systemd.heard().includes(`STATUS=Sophia is up at ${address}`))
  assert.equal((await fetch(`${address}/readyz`)).status, 200)
  await systemd.hears(/^WATCHDOG=1$/)
  const children = [await enginePidOf(home), watchdogOf(sophia.pid)]
  for (const pid of children) {
    assert.ok(pid)
    assert.doesNotMatch(await readFile(`/proc/${pid}/environ`, 'utf8'), /NOTIFY_SOCKET/)
  }
  sophia.kill('SIGTERM')
  await systemd.hears(/^STOPPING=1$/)
  assert.equal((await sophia.ended).code, 0)
})
