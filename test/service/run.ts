/**
 * `npm run service:check`: boots a Debian with systemd in a container of systemd-nspawn, installs the unit of the whole machine there as
 * docs/use/service.md tells an operator, and holds it to what stands there. Needs Linux, root, systemd-nspawn and mmdebstrap, and Debian's packages
 * the first time; nothing of it stays but the archive of that Debian in `node_modules/.cache`. `--json` prints figures only.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkFence, checkHomeRefused, checkInstall, checkJournal, checkOtherCommands } from './check-install.ts'
import { checkBoot, checkFrozen, checkGivenUp, checkKilled, checkSettingsFault, checkStop } from './check-life.ts'
import { checkUninstall, filesOf } from './check-uninstall.ts'
import { assertPossible, openMachine, type Machine } from './machine.ts'

const ROOT = join(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })

function tell(what: string): void {
  if (!values.json) process.stderr.write(`${what}\n`)
}

const REVISION = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim() || 'unknown'

async function checkAll(machine: Machine) {
  tell('Building the web app and installing ...')
  const before = await filesOf(machine)
  await checkHomeRefused(machine)
  const { installSeconds } = await checkInstall(machine)
  tell(`Up ${installSeconds} s after the word. What it may do ...`)
  const fence = await checkFence(machine)
  tell(`Exposure ${fence.exposure}. The journal, and commands beside it ...`)
  await checkOtherCommands(machine)
  const { lines } = await checkJournal(machine)
  tell('Asked to stop ...')
  const { stoppedMs } = await checkStop(machine)
  tell(`Ended after ${stoppedMs} ms. The machine boots again ...`)
  const { bootSeconds } = await checkBoot(machine)
  tell(`Up by itself ${bootSeconds} s after it was powered off. Frozen ...`)
  const { frozenSeconds } = await checkFrozen(machine)
  tell(`Up again after ${frozenSeconds} s. Killed ...`)
  const { killedSeconds } = await checkKilled(machine)
  tell(`Up again after ${killedSeconds} s. Killed again and again ...`)
  const { startsUntilGivenUp } = await checkGivenUp(machine)
  tell(`Given up, and told, after ${startsUntilGivenUp} starts. A fault in the settings ...`)
  await checkSettingsFault(machine)
  tell('Removed ...')
  await checkUninstall(machine, before)
  return {
    installSeconds,
    ...fence,
    lines,
    stoppedMs,
    bootSeconds,
    frozenSeconds,
    killedSeconds,
    startsUntilGivenUp,
  }
}

async function main(): Promise<void> {
  assertPossible()
  const machine = await openMachine(tell)
  // Ctrl-C reaches the machine as well: what it leaves is removed all the same.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void machine.close().finally(() => process.exit(130)))
  try {
    const results = await checkAll(machine)
    process.stdout.write(`${JSON.stringify({ name: 'service', commit: REVISION, results })}\n`)
  } finally {
    await machine.close()
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 1
})
