import assert from 'node:assert/strict'
import { until } from '../support/until.ts'
import type { Machine } from './machine.ts'
import { health, mainPid, PORT, propertiesOf, status, upAgain } from './unit.ts'

const WATCHDOG_SECONDS = 30
const STOP_LIMIT_MS = 45_000
const GIVE_UP_LIMIT_MS = 120_000
const TOLD = '/run/sophia-was-given-up'
const DROP_INS = '/etc/systemd/system/sophia.service.d'
const TELLER = '/etc/systemd/system/tell-somebody.service'

async function journalOf(machine: Machine): Promise<string> {
  return machine.say('journalctl', '--unit=sophia', '--output=cat', '--no-pager', '--boot')
}

async function putFile(machine: Machine, path: string, text: string): Promise<void> {
  await machine.say('sh', '-c', 'mkdir -p "$(dirname "$1")" && printf %s "$2" > "$1"', 'sh', path, text)
}

async function send(machine: Machine, signal: 'KILL' | 'STOP', pid: string): Promise<void> {
  await machine.say('sh', '-c', `kill -${signal} ${pid}`)
}

async function install(machine: Machine): Promise<void> {
  await machine.say('npx', 'sophia', 'service', 'install')
}

/** Asked to stop she ends by herself, in time and in order, and systemd starts nothing anew. */
export async function checkStop(machine: Machine) {
  const beganMs = performance.now()
  await machine.say('systemctl', 'stop', 'sophia')
  const stoppedMs = Math.round(performance.now() - beganMs)
  assert.ok(stoppedMs < STOP_LIMIT_MS)
  const { ActiveState, ExecMainStatus, Result } = await propertiesOf(machine, 'ActiveState', 'ExecMainStatus', 'Result')
  assert.deepEqual([ActiveState, ExecMainStatus, Result], ['inactive', '0', 'success'])
  assert.match(await journalOf(machine), /"message":"stopped"/)
  assert.equal(await status(machine), 'stopped (by systemd): inactive (dead)')
  return { stoppedMs }
}

/** Nobody starts her: the machine does, and what she stored is there. */
export async function checkBoot(machine: Machine) {
  const beganMs = performance.now()
  await machine.restart()
  await upAgain(machine, '0')
  const bootSeconds = Math.round((performance.now() - beganMs) / 1000)
  assert.match(await status(machine), /^running /)
  assert.doesNotMatch(await journalOf(machine), /"message":"database migrated"/)
  return { bootSeconds }
}

/** A process that stands still gives no sign of life: systemd ends it and starts it anew. */
export async function checkFrozen(machine: Machine) {
  const before = await mainPid(machine)
  const beganMs = performance.now()
  await send(machine, 'STOP', before)
  const isEnded = async (): Promise<boolean> => (await mainPid(machine)) !== before
  await until(isEnded, 'systemd ends it', (WATCHDOG_SECONDS + 10) * 1000)
  await upAgain(machine, before)
  assert.match(await journalOf(machine), /Watchdog timeout \(limit 30s\)/)
  return { frozenSeconds: Math.round((performance.now() - beganMs) / 1000) }
}

export async function checkKilled(machine: Machine) {
  const before = await mainPid(machine)
  await send(machine, 'KILL', before)
  const killedSeconds = await upAgain(machine, before)
  assert.match(await status(machine), /^running .*, [1-9] restarts$/)
  return { killedSeconds }
}

/** Killed each time she is begun, she is given up; status says so, and the unit that a drop-in names is told, then and not before. */
export async function checkGivenUp(machine: Machine) {
  await putFile(machine, TELLER, `[Service]\nType=oneshot\nExecStart=/usr/bin/touch ${TOLD}\n`)
  await putFile(machine, `${DROP_INS}/told.conf`, '[Unit]\nOnFailure=tell-somebody.service\n')
  // From here on starts are counted anew.
  await install(machine)
  let starts = 1
  for (let isOver = false; !isOver;) {
    const before = await mainPid(machine)
    assert.equal((await machine.run(['test', '-e', TOLD])).code, 1, 'nobody is told too early')
    await send(machine, 'KILL', before)
    isOver = await endsFor(machine, before)
    if (!isOver) starts += 1
  }
  assert.match(await status(machine), /^failed \(by systemd\): failed \(failed\), result: signal, \d restarts$/)
  await until(async () => (await machine.run(['test', '-e', TOLD])).code === 0, 'somebody is told')
  await machine.say('rm', '-r', TELLER, DROP_INS, TOLD)
  return { startsUntilGivenUp: starts }
}

/** Whether she is given up after this process rather than begun anew. */
async function endsFor(machine: Machine, before: string): Promise<boolean> {
  let state = ''
  const isSettled = async (): Promise<boolean> => {
    const { ActiveState = '', MainPID = '0' } = await propertiesOf(machine, 'ActiveState', 'MainPID')
    state = ActiveState
    return state === 'failed' || ![before, '0'].includes(MainPID)
  }
  await until(isSettled, 'she is begun again or given up', GIVE_UP_LIMIT_MS)
  return state === 'failed'
}

/** A fault in the settings is not tried again, and is told by the installation; mended, she is up. */
export async function checkSettingsFault(machine: Machine): Promise<void> {
  await putFile(machine, '/etc/sophia/service.env', "SOPHIA_PORT='nonsense'\n")
  const { code, err } = await machine.run(['npx', 'sophia', 'service', 'install'])
  assert.notEqual(code, 0)
  assert.match(err, /systemctl restart sophia\.service failed/)
  const { ExecMainStatus, NRestarts } = await propertiesOf(machine, 'ExecMainStatus', 'NRestarts')
  assert.deepEqual([ExecMainStatus, NRestarts], ['78', '0'])
  assert.match(await status(machine), /^failed /)
  await putFile(machine, '/etc/sophia/service.env', `SOPHIA_PORT='${PORT}'\n`)
  await install(machine)
  assert.equal((await health(machine)).status, 'ok')
}
