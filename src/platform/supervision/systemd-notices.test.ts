import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { createLog } from '#platform/log/log.ts'
import { requireProgram } from '../../../test/support/find-program.ts'
import { openSystemdSocket } from '../../../test/support/systemd-socket.ts'
import { createNotices } from './systemd-notices.ts'

const log = createLog({ level: 'silent', isForPeople: false })
const path = dirname(requireProgram('systemd-notify'))

test('systemd hears when she is ready, then signs of life, then that she stops', async () => {
  const systemd = await openSystemdSocket()
  const notices = createNotices({ socket: systemd.path, watchdogMs: 300, path }, log)
  try {
    await notices.ready('Sophia is up at http://127.0.0.1:8000')
    assert.deepEqual(systemd.heard(), ['READY=1', 'STATUS=Sophia is up at http://127.0.0.1:8000'])
    await systemd.hears(/^WATCHDOG=1$/)
    await notices.stopping()
    await systemd.hears(/^STOPPING=1$/)
  } finally {
    notices.close()
  }
})

test('without a watch no signs are given', async () => {
  const systemd = await openSystemdSocket()
  const notices = createNotices({ socket: systemd.path, watchdogMs: null, path }, log)
  await notices.ready('up')
  await notices.stopping()
  await systemd.hears(/^STOPPING=1$/)
  assert.ok(!systemd.heard().includes('WATCHDOG=1'))
  notices.close()
})

test('a systemd that is gone, or has no such program, stops nobody', async () => {
  for (const listener of [
    { socket: '/nowhere/notify', watchdogMs: null, path },
    { socket: '/nowhere/notify', watchdogMs: null, path: '/nowhere' },
  ]) {
    const notices = createNotices(listener, log)
    await notices.ready('up')
    await notices.stopping()
    notices.close()
  }
  const unheard = createNotices(null, log)
  await unheard.ready('up')
  unheard.close()
})
