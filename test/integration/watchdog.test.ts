import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { isAlive, makeHome, startSophia, watchdogOf } from '../support/sophia-process.ts'

const DYING = fileURLToPath(new URL('../support/dying-server.ts', import.meta.url))
const KEY = `sk-sophia-${'w'.repeat(43)}`
// Twice a start, and what the second process takes to see that nobody answers, on a machine that does much else.
const PATIENT = { timeout: 240_000 }

/** Somebody who is told, as Slack would be, and at first is busy as often as is said. */
async function openReceiver(timesBusy = 0) {
  const told: string[] = []
  const ids: unknown[] = []
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray()
    ids.push(request.headers['webhook-id'])
    if (ids.length <= timesBusy) return response.writeHead(503).end()
    told.push(z.object({ text: z.string() }).parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).text)
    return response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  // A listening TCP server has an AddressInfo.
  return { told, ids, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 90_000; !(await isSo()); await delay(100))
    assert.ok(performance.now() < deadline, `in vain: ${what}`)
}

test(
  'a server that is killed is told of by its second process, which then ends; the next start counts the outage, and its stop is not told',
  PATIENT,
  async () => {
    const home = await makeHome()
    const { told, ids, url } = await openReceiver(1)
    const settings = { SOPHIA_HOME: home, SOPHIA_NOTIFY_WEBHOOK: url, SOPHIA_ADMIN_API_KEY: KEY }
    const first = startSophia(['up'], settings)
    await first.address()
    const watchdog = watchdogOf(first.pid)
    assert.ok(watchdog, 'there is a second process')
    const note = (): Promise<string | null> => readFile(join(home, 'outage.json'), 'utf8').catch(() => null)
    await until('a first probe', async () =>
      /sophia_slo_events_total\{slo="availability",result="good"\} [1-9]/.test(await metricsOf(await first.address())),
    )
    first.kill('SIGKILL')
    await first.ended
    await until('a message', () => told.length > 0)
    assert.match(told[0] ?? '', /\[page\] A server does not answer its probe[^]*Nobody answers\./)
    assert.match(String(ids[0]), /^outage-[\w-]+$/)
    assert.equal(ids[1], ids[0], 'what is told again is known by its id')
    await until('an end of the second process', () => !isAlive(watchdog))
    assert.match((await note()) ?? '', /"since"/)
    const second = startSophia(['up'], settings)
    const address = await second.address()
    await until('the outage to be counted', async () =>
      /slo="availability",result="bad"\} [1-9]/.test(await metricsOf(address)),
    )
    assert.equal(await note(), null)
  },
)

/** Kills a server during a probe; resolves when its second process has ended, with what that left. */
async function killDuringProbe(webhookUrl: string | null): Promise<string> {
  const noteFile = join(await makeHome(), 'outage.json')
  const order = { type: 'watch', publicUrl: 'http://sophia.example', replica: 'one', smtp: null, recipients: [] }
  const child = spawn(process.execPath, [DYING, JSON.stringify({ ...order, webhookUrl, noteFile })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [[pid]] = await Promise.all([once(child.stdout, 'data'), once(child, 'exit')])
  const watchdog = Number(String(pid))
  after(() => isAlive(watchdog) && process.kill(watchdog, 'SIGKILL'))
  await until('an end of the second process', () => !isAlive(watchdog))
  return readFile(noteFile, 'utf8').catch(() => 'no note')
}

test('a server that is killed in the midst of a probe is told of, and noted for the next start', PATIENT, async () => {
  const { told, url } = await openReceiver()
  assert.match(await killDuringProbe(url), /"since"/)
  assert.match(told.join(), /A server does not answer its probe/)
})

test('where nobody is told by any way the outage is noted all the same', PATIENT, async () => {
  assert.match(await killDuringProbe(null), /"since"/)
})

async function metricsOf(address: string): Promise<string> {
  return (await fetch(`${address}/metrics`)).text()
}
