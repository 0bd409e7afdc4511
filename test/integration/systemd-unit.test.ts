import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { describeService } from '#platform/supervision/description.ts'
import { renderUnit } from '#platform/supervision/render-systemd.ts'
import { assertMayInstall, assertNotOfMachine, installService } from '#platform/supervision/service-of-machine.ts'
import { createSystemdKeeper } from '#platform/supervision/systemd-keeper.ts'
import { createManualClock } from '../support/manual-clock.ts'

/** As systemctl does: `restart` waits for the start, here for ever or as the file `restart` has it, and `show` says how it stands. */
const SYSTEMCTL = `#!/bin/sh
here=$(dirname "$0")
case $2 in
  restart) . "$here/restart" ;;
  show) cat "$here/state" ;;
esac
`

const folder = await mkdtemp(join(tmpdir(), 'sophia-systemd-'))
after(() => rm(folder, { recursive: true, force: true }))
await writeFile(join(folder, 'systemctl'), SYSTEMCTL, { mode: 0o755 })
process.env['PATH'] = `${folder}${delimiter}${process.env['PATH'] ?? ''}`
const restarts = (how: string): Promise<void> => writeFile(join(folder, 'restart'), `${how}\n`)
const stands = (active: string, sub: string, pid: number): Promise<void> =>
  writeFile(
    join(folder, 'state'),
    `MainPID=${pid}\nNRestarts=0\nLoadState=loaded\nActiveState=${active}\nSubState=${sub}\n`,
  )

const systemUnits = join(folder, 'of the machine')
const keeper = createSystemdKeeper({ systemUnits, userUnits: join(folder, 'units') })
const service = describeService({
  scope: 'user',
  node: '/usr/bin/node',
  root: '/srv/sophia',
  home: join(folder, 'home'),
})
const install = (clock = createManualClock()) => installService(keeper, service, { settings: '', clock })

test('a start that outlasts its time is told as what it is, and goes on; one that has failed meanwhile is told', async () => {
  await restarts('exec sleep 600')
  await stands('activating', 'start', 812)
  const clock = createManualClock()
  const before = clock.monotonicMs()
  assert.deepEqual(await install(clock), { state: 'starting', detail: 'activating (start)', pid: 812, restarts: 0 })
  assert.equal(clock.monotonicMs() - before, (service.limits.startSeconds + 60) * 1000)
  await stands('active', 'running', 812)
  assert.equal((await install()).state, 'running')
  await stands('failed', 'failed', 0)
  await assert.rejects(install(), { code: 'UNREACHABLE', message: /the service does not start: failed \(failed\)/ })
})

test('a start that fails in its time is told with the words of systemctl', async () => {
  await restarts('echo "Job for sophia.service failed." >&2; exit 1')
  await stands('failed', 'failed', 0)
  await assert.rejects(installService(keeper, service, { settings: '' }), {
    code: 'UNREACHABLE',
    message: 'systemctl --user restart sophia.service failed: Job for sophia.service failed.',
  })
})

test('one that starts is not started anew, as what it does would be cut off; one that waits for its next try is', async () => {
  await stands('activating', 'start', 812)
  await assert.rejects(assertMayInstall(keeper, service), {
    code: 'CONFLICT',
    message:
      /\(activating \(start\), process 812\).* Or stop her first: systemctl --user disable --now sophia\.service$/,
  })
  for (const [active, sub, pid] of [['activating', 'auto-restart', 0] as const, ['active', 'running', 812] as const]) {
    // oxlint-disable-next-line no-await-in-loop
    await stands(active, sub, pid)
    // oxlint-disable-next-line no-await-in-loop
    await assertMayInstall(keeper, service)
  }
})

test('a clone that the whole machine has as a service is none of an account by mistake; any other clone may be', async () => {
  await mkdir(systemUnits)
  await assertNotOfMachine(keeper, service)
  const ofMachine = (root: string): string =>
    renderUnit(describeService({ scope: 'system', node: '/usr/bin/node', root, home: '/var/lib/sophia' }))
  for (const unit of [ofMachine('/srv/sophia-2'), '[Service]\nExecStart=/bin/true\n']) {
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(join(systemUnits, 'sophia.service'), unit)
    // oxlint-disable-next-line no-await-in-loop
    await assertNotOfMachine(keeper, service)
  }
  await writeFile(join(systemUnits, 'sophia.service'), ofMachine('/srv/sophia'))
  await assert.rejects(assertNotOfMachine(keeper, service), {
    code: 'CONFLICT',
    message: /run: sudo npx sophia service install\. .*: npx sophia service install --user$/,
  })
})
