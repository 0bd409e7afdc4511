import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createLog } from '#platform/log/log.ts'
import { requireProgram } from '../../../test/support/find-program.ts'
import { openSystemdSocket } from '../../../test/support/systemd-socket.ts'
import { until } from '../../../test/support/until.ts'
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

test('while work of the start goes on more time is asked for, unless what it waits for is away; what fails, fails', async () => {
  const systemd = await openSystemdSocket()
  const notices = createNotices({ socket: systemd.path, watchdogMs: null, path }, log, { askEveryMs: 50 })
  const asked = (): number => systemd.heard().filter((word) => word === 'EXTEND_TIMEOUT_USEC=180000000').length
  const twice = async (): Promise<string> => {
    await until(() => asked() > 1, 'systemd is asked twice')
    return 'done'
  }
  assert.equal(await notices.patiently(twice), 'done')
  // What was being said is said; then nothing more.
  await delay(1000)
  const before = asked()
  await delay(500)
  let looks = 0
  const isWell = async (): Promise<void> => {
    looks += 1
    throw new Error('away')
  }
  const failing = async (): Promise<void> => {
    await until(() => looks > 2, 'it is looked at')
    throw new Error('full disk')
  }
  await assert.rejects(notices.patiently(failing, isWell), /full disk/)
  await notices.ready('up')
  assert.equal(asked(), before)
  notices.close()
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
  assert.equal(await unheard.patiently(async () => 'done'), 'done')
  await unheard.ready('up')
  unheard.close()
})
