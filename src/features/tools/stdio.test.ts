import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { stdioFaults } from '../../../test/support/mcp/stdio-programs.ts'
import { isHealthy, openToolsHouse, statusWhen } from '../../../test/support/tools-house.ts'

const signal = AbortSignal.timeout(120_000)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A process that ended and was not collected yet is no longer alive.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 300 && isAlive(pid); tries += 1) await delay(20)
  assert.equal(isAlive(pid), false, `process ${pid} is still there`)
}

test('child processes in both eras are spoken to; one that ends at an unknown question, greets in prose or shouts is too', async () => {
  const house = await openToolsHouse({
    servers: {
      ok: stdioFaults('ok'),
      old: stdioFaults('legacy-only'),
      strict: stdioFaults('exit-on-unknown-request'),
      noisy: stdioFaults('noise-on-stdout'),
      shouting: stdioFaults('flood-stderr'),
      slow: stdioFaults('slow-start', 1500),
    },
  })
  const ids = ['ok', 'old', 'strict', 'noisy', 'shouting', 'slow']
  await Promise.all(ids.map((id) => statusWhen(house, id, { isSo: isHealthy, what: 'healthy' })))
  for (const id of ids) {
    const answer = await house.tools.call(house.owner, { name: `${id}__echo`, call: { input: { text: id } }, signal })
    assert.deepEqual(answer.structured, { text: id })
  }
  const { detail } = await house.tools.serverStatus(house.owner, 'ok')
  assert.ok(detail?.process?.pid && isAlive(detail.process.pid))
  assert.equal(detail.target, process.execPath, 'the command without its arguments')
  await house.tools.close()
  await gone(detail.process.pid)
})

test('a child inherits the way to its programs and its own settings, nothing else', async () => {
  const house = await openToolsHouse({
    servers: { env: { ...stdioFaults('prints-env'), env: { OWN_SETTING: 'yes' } } },
  })
  await statusWhen(house, 'env', { isSo: isHealthy, what: 'healthy' })
  const answer = await house.tools.call(house.owner, { name: 'env__environment', call: { input: {} }, signal })
  const { names } = z.object({ names: z.array(z.string()) }).parse(answer.structured)
  const ownToShells = ['PWD', 'SHLVL', '_', 'OLDPWD']
  assert.deepEqual(names.filter((name) => !ownToShells.includes(name)).toSorted(), ['OWN_SETTING', 'PATH'])
})

test('a child that ends is said to have ended, with its code and last words, and is started again with growing pauses', async () => {
  const house = await openToolsHouse({
    servers: { crash: stdioFaults('crash-on-start'), once: stdioFaults('crash-after-calls', 1) },
  })
  const crashed = await statusWhen(house, 'crash', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
  assert.equal(crashed.reason, 'process_exit')
  assert.match(crashed.says, /ended with code 1/)
  await statusWhen(house, 'once', { isSo: isHealthy, what: 'healthy' })
  const ask = () => house.tools.call(house.owner, { name: 'once__add', call: { input: { a: 1, b: 2 } }, signal })
  await ask().catch(() => undefined)
  await ask().catch(() => undefined)
  const again = await statusWhen(house, 'once', {
    isSo: ({ state, detail }) => state === 'healthy' && (detail?.process?.restarts24h ?? 0) > 0,
    what: 'healthy again after its end',
  })
  assert.equal(again.detail?.process?.exitCode, 3)
})

test('a line without end, a server that hangs and one that ignores signals are ended, and nobody waits for them', async () => {
  const house = await openToolsHouse({
    servers: {
      ok: stdioFaults('ok'),
      huge: stdioFaults('huge-line'),
      hang: stdioFaults('hang'),
      deaf: stdioFaults('ignores-sigterm'),
    },
    pace: 0.1,
  })
  await Promise.all(['ok', 'deaf'].map((id) => statusWhen(house, id, { isSo: isHealthy, what: 'healthy' })))
  const pid = (await house.tools.serverStatus(house.owner, 'deaf')).detail?.process?.pid
  await statusWhen(house, 'hang', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy', limitMs: 40_000 })
  assert.equal((await house.tools.serverStatus(house.owner, 'ok')).state, 'healthy')
  await house.tools.close()
  assert.ok(pid)
  await gone(pid)
})

const CHILD = fileURLToPath(new URL('../../../test/support/mcp/hub-process.ts', import.meta.url))

for (const end of ['SIGTERM', 'SIGKILL'] as const) {
  test(`no child and no child of a child outlives the hub that is ended by ${end}`, async () => {
    const hub = spawn(process.execPath, [CHILD, JSON.stringify(stdioFaults('spawns-grandchild'))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pids: number[] = []
    for await (const line of createInterface({ input: hub.stdout })) {
      pids.push(...z.array(z.number()).parse(JSON.parse(line)))
      if (pids.length >= 2) break
    }
    assert.ok(pids.every(isAlive), 'child and grandchild run')
    hub.kill(end)
    await Promise.all(pids.map(gone))
  })
}
