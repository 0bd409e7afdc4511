import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { describeService } from '#platform/supervision/description.ts'
import { createLaunchdKeeper } from '#platform/supervision/launchd-keeper.ts'
import { runStep } from '#platform/supervision/run-step.ts'
import { installService, planInstall, uninstallService } from '#platform/supervision/service-of-machine.ts'
import { createManualClock } from '../support/manual-clock.ts'

/**
 * As launchctl of macOS does, by what its users report: bootout answers before the process stopped, `print` finds it as SIGTERMed until
 * it has, here for as many looks as the file `lingers` says, and bootstrap under a label that is taken fails with EIO.
 */
const LAUNCHCTL = `#!/bin/sh
here=$(dirname "$0")
echo "$1" >> "$here/asked"
absent() { echo "Could not find service \\"local.sophia\\" in domain for user gui: 501" >&2; exit 113; }
case $1 in
  bootout)
    [ -e "$here/loaded" ] || { echo 'Boot-out failed: 3: No such process' >&2; exit 3; }
    cat "$here/lingers" > "$here/left" ;;
  print)
    [ -e "$here/loaded" ] || absent
    [ -e "$here/left" ] || { printf '\\tstate = running\\n\\tpid = 77\\n'; exit 0; }
    left=$(($(cat "$here/left") - 1))
    echo "$left" > "$here/left"
    [ "$left" -ge 0 ] || { rm "$here/loaded" "$here/left"; absent; }
    printf '\\tstate = SIGTERMed\\n\\tpid = 77\\n' ;;
  bootstrap)
    [ ! -e "$here/loaded" ] || { echo 'Bootstrap failed: 5: Input/output error' >&2; exit 5; }
    touch "$here/loaded" ;;
esac
`

const folder = await mkdtemp(join(tmpdir(), 'sophia-launchd-'))
after(() => rm(folder, { recursive: true, force: true }))
await writeFile(join(folder, 'launchctl'), LAUNCHCTL)
await chmod(join(folder, 'launchctl'), 0o755)
process.env['PATH'] = `${folder}${delimiter}${process.env['PATH'] ?? ''}`
const lingers = (looks: number): Promise<void> => writeFile(join(folder, 'lingers'), `${looks}\n`)
const asked = async (): Promise<string[]> => (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n')

const home = join(folder, 'home')
const keeper = createLaunchdKeeper({ uid: 501, userHome: folder })
const service = describeService({ scope: 'user', node: '/usr/local/bin/node', root: '/Users/ann/sophia', home })

test('installed again, the agent that was there is waited for: its label is free when the new one takes it', async () => {
  await lingers(2)
  assert.equal((await installService(keeper, service, { settings: '' })).state, 'running')
  assert.deepEqual(await asked(), ['bootout', 'print', 'bootstrap', 'print'])
  await rm(join(folder, 'asked'))
  assert.equal((await installService(keeper, service, { settings: '' })).state, 'running')
  assert.deepEqual(await asked(), ['bootout', 'print', 'print', 'print', 'bootstrap', 'print'])
})

test('a removal ends when she has stopped', async () => {
  await lingers(1)
  assert.equal((await uninstallService(keeper, service)).length, 1)
  assert.equal((await keeper.state(service)).state, 'not_installed')
})

test('one that does not stop is waited for as long as launchd gives it, and told', async () => {
  await installService(keeper, service, { settings: '' })
  await lingers(10_000)
  const clock = createManualClock()
  const [stop, gone] = keeper.stop(service)
  assert.ok(stop && gone)
  await runStep(stop, clock)
  assert.equal((await keeper.state(service)).state, 'stopping')
  const before = clock.monotonicMs()
  await assert.rejects(runStep({ ...gone, goneWithinSeconds: 3 }, clock), {
    code: 'UNREACHABLE',
    message: /has not stopped within 3 s: launchctl print gui\/501\/local\.sophia still finds it/,
  })
  assert.equal(clock.monotonicMs() - before, 3000)
  assert.ok((gone.goneWithinSeconds ?? 0) > service.limits.stopSeconds)
  const { commands } = planInstall(keeper, service)
  assert.equal(commands[1], 'launchctl print gui/501/local.sophia  # again until it is gone')
})
