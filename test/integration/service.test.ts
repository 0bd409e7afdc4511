import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { enginePidOf, makeHome, startSophia, watchdogOf } from '../support/sophia-process.ts'
import { openSystemdSocket } from '../support/systemd-socket.ts'

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
