import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import type { Ended } from '../../test/support/program.ts'
import { makeHome, runSophia } from '../../test/support/sophia-process.ts'

const home = await makeHome()

/** A machine without the programs that keep services: nothing of this one's is asked or changed. */
function onBareMachine(...words: string[]): Promise<Ended> {
  const places = { HOME: home, SOPHIA_HOME: home, PATH: '/nowhere' }
  return runSophia(['service', ...words], places)
}

test('what an installation would write and run is printed, and nothing is written', async () => {
  const { code, out } = await onBareMachine('install', '--user', '--dry-run')
  assert.equal(code, 0)
  assert.match(out, new RegExp(`^--- ${home}/.config/systemd/user/sophia.service\n`))
  assert.ok(out.includes(`ExecStart=${process.execPath} `))
  assert.ok(out.includes(`Environment=SOPHIA_HOME=${home}\n`))
  assert.match(out, /\n--- then\nsystemctl --user daemon-reload\n[^]*systemctl --user restart sophia\.service\n$/)
  assert.deepEqual(await readdir(home), [])
})

test('where nobody can be asked, status cannot tell', async () => {
  const status = await onBareMachine('status', '--user')
  assert.deepEqual(
    [status.code, status.out],
    [69, 'cannot tell (by systemd): There is no systemctl on this machine.\n'],
  )
  const json = await onBareMachine('status', '--user', '--json')
  assert.deepEqual(JSON.parse(json.out), {
    state: 'unknown',
    detail: 'There is no systemctl on this machine.',
    pid: null,
    restarts: null,
  })
})

test('where nobody can be asked, an installation writes nothing and there is nothing to remove', async () => {
  const install = await onBareMachine('install', '--user')
  assert.equal(install.code, 69)
  assert.match(install.err, /systemd cannot be asked, so nothing was written: There is no systemctl/)
  const uninstall = await onBareMachine('uninstall', '--user')
  assert.deepEqual([uninstall.code, uninstall.out], [0, 'There is nothing that sophia service install wrote.\n'])
  assert.deepEqual(await readdir(home), [])
})

test('a unit of the whole machine keeps its home where systemd makes it', async () => {
  const { code, err } = await onBareMachine('install', '--system', '--dry-run')
  assert.equal(code, 2)
  assert.match(err, /right below \/var\/lib, not in/)
  const both = await onBareMachine('status', '--system', '--user')
  assert.equal(both.code, 2)
})
