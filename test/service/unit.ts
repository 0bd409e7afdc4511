import assert from 'node:assert/strict'
import { z } from 'zod'
import { until } from '../support/until.ts'
import type { Machine } from './machine.ts'

/** She listens elsewhere than by standard, so that her settings are seen to come from the file. */
export const PORT = 8123
/** A machine that does other work beside may take its time. */
const UP_LIMIT_MS = 240_000

const Health = z.looseObject({ status: z.string(), components: z.record(z.string(), z.looseObject({})) })

/** Properties of the unit, by systemd. */
export async function propertiesOf(machine: Machine, ...names: string[]): Promise<Record<string, string>> {
  const said = await machine.say('systemctl', 'show', 'sophia', `--property=${names.join(',')}`)
  const lines = said.split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

export async function mainPid(machine: Machine): Promise<string> {
  return (await propertiesOf(machine, 'MainPID'))['MainPID'] ?? ''
}

/** What `/health` answers on the machine's own loopback. */
export async function health(machine: Machine): Promise<z.infer<typeof Health>> {
  const ask = `fetch('http://127.0.0.1:${PORT}/health').then(async (it) => console.log(await it.text()))`
  return Health.parse(JSON.parse(await machine.say('node', '--eval', ask)))
}

/** Waits until she serves with another process than this one, and answers how long it took. */
export async function upAgain(machine: Machine, before: string): Promise<number> {
  const beganMs = performance.now()
  const isUp = async (): Promise<boolean> => {
    const { ActiveState, MainPID } = await propertiesOf(machine, 'ActiveState', 'MainPID')
    return ActiveState === 'active' && MainPID !== before
  }
  await until(isUp, 'she is up again', UP_LIMIT_MS)
  const seconds = Math.round((performance.now() - beganMs) / 100) / 10
  assert.equal((await health(machine)).status, 'ok')
  return seconds
}

/** What `sophia service status` says, held to its exit code: 0 only when she runs. */
export async function status(machine: Machine): Promise<string> {
  const { code, out, err } = await machine.run(['npx', 'sophia', 'service', 'status'])
  assert.equal(err, '')
  assert.equal(code, out.startsWith('running ') ? 0 : 69, out)
  return out.trim()
}

/** Somebody signs in by the link that only root and her account can read, and is her first owner. */
export async function signIn(machine: Machine): Promise<void> {
  const link = (await machine.say('cat', '/var/lib/sophia/sign-in-link')).trim()
  const [, token = ''] = link.split('token=')
  const body = JSON.stringify({ token })
  const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${PORT}` }
  const options = JSON.stringify({ method: 'POST', headers, body })
  const ask = `fetch('http://127.0.0.1:${PORT}/api/session', ${options}).then((it) => console.log(it.status))`
  assert.equal((await machine.say('node', '--eval', ask)).trim(), '200')
}
