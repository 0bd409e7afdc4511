import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeService } from '#platform/supervision/description.ts'
import { renderUnit } from '#platform/supervision/render-systemd.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { startProgram, type Ended } from '../../test/support/program.ts'
import { launchSophia, makeHome, runSophia } from '../../test/support/sophia-process.ts'

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

const isRootOfLinux = process.platform === 'linux' && process.getuid?.() === 0

/** Another clone of this program, with a web app of its own; `place` is made for it. */
async function makeClone(place: string): Promise<string> {
  for (const name of ['package.json', 'scripts', 'src'])
    // oxlint-disable-next-line no-await-in-loop
    await cp(join(PACKAGE_ROOT, name), join(place, name), { recursive: true })
  await symlink(join(PACKAGE_ROOT, 'node_modules'), join(place, 'node_modules'))
  await mkdir(join(place, 'web/dist'), { recursive: true })
  await writeFile(join(place, 'web/dist/index.html'), '')
  return place
}

test(
  'a clone that the account of the unit does not get to is not installed from, and nothing is written',
  { skip: !isRootOfLinux },
  async () => {
    const person = await makeHome()
    const root = await makeClone(join(person, 'sophia'))
    const install = (): Promise<Ended> => {
      const places = { HOME: home, SOPHIA_HOME: '/var/lib/sophia-of-a-test', PATH: '/nowhere' }
      return launchSophia(['service', 'install', '--system'], places, { root }).ended
    }
    await chmod(person, 0o750)
    const { code, err } = await install()
    assert.equal(code, 1)
    assert.match(err, new RegExp(`cannot get to ${root}/scripts/service\\.mjs: ${person} is closed to it`))
    // Let through it comes as far as this machine does.
    await chmod(person, 0o711)
    assert.match((await install()).err, /There is no systemctl on this machine/)
  },
)

/** An account whose systemd has it run, or does as this script says; what it installs is of a clone of its own. */
async function makeAccount(systemctl = saying('active', 'running')) {
  const account = await makeHome()
  const root = await makeClone(join(account, 'sophia'))
  const [bin, sophiaHome] = [join(account, 'bin'), join(account, 'home')]
  await mkdir(bin)
  await writeFile(join(bin, 'systemctl'), `#!/bin/sh\n${systemctl}\n`, { mode: 0o755 })
  const install = (settings: Readonly<Record<string, string>> = {}): Promise<Ended> => {
    const places = { HOME: account, SOPHIA_HOME: sophiaHome, PATH: bin, SOPHIA_PORT: '', SOPHIA_MODEL: '' }
    return launchSophia(['service', 'install', '--user'], { ...places, ...settings }, { root }).ended
  }
  return { account, sophiaHome, install }
}

function saying(active: string, sub: string): string {
  return `printf 'MainPID=7\nNRestarts=0\nLoadState=loaded\nActiveState=${active}\nSubState=${sub}\n'`
}

test(
  'without settings no file is made of them; with some they are named; those that come later are told as left out',
  { skip: process.platform !== 'linux' },
  async () => {
    const machine = await makeAccount()
    const { sophiaHome } = machine
    const install = async (settings: Readonly<Record<string, string>>): Promise<string> => {
      const { code, err, out } = await machine.install(settings)
      assert.equal(code, 0, err)
      return out
    }
    const file = join(sophiaHome, 'service.env')
    assert.match(await install({}), /^No settings were written: none are set here.*\nrunning \(by systemd\)/)
    if (process.getuid?.() === 0)
      assert.match(await install({ SUDO_USER: 'alice' }), /^No settings were written: sudo hands on none of yours/)
    assert.deepEqual(await readdir(sophiaHome), [])
    const given = { DATABASE_URL: 'postgres://a:b@db.example.com/c', AWS_REGION: 'eu' }
    assert.match(await install(given), new RegExp(`^Settings were written to ${file}: AWS_REGION, DATABASE_URL\n`))
    assert.match(await readFile(file, 'utf8'), /^DATABASE_URL='postgres:/)
    assert.match(await install(given), new RegExp(`^Settings stay as they are in ${file}\n`))
    assert.match(await install({ ...given, AWS_REGION: 'us' }), /^Settings stay .* not taken: AWS_REGION\./)
  },
)

test(
  'a start that goes on is told with the settings, and until it is done nothing is installed',
  { skip: process.platform !== 'linux' },
  async () => {
    // Once started it is starting.
    const { account, install } = await makeAccount(
      `[ "$2" = restart ] && : > "$HOME/started"
     if [ -e "$HOME/started" ]; then ${saying('activating', 'start')}; else ${saying('active', 'running')}; fi`,
    )
    const { code, err, out } = await install({ AWS_REGION: 'eu' })
    assert.equal(code, 0, err)
    assert.match(
      out,
      /^Settings were written to .*: AWS_REGION\nstarting \(by systemd\): .*\nHer start goes on, .* sophia service status\n/,
    )
    await rm(join(account, '.config'), { recursive: true })
    const again = await install()
    assert.deepEqual([again.code, again.out], [1, ''])
    assert.match(again.err, /She is being started now .*nothing was written/)
    assert.ok(!(await readdir(account)).includes('.config'))
  },
)

const UNITS = '/etc/systemd/system'
const canHideUnits = isRootOfLinux && existsSync(UNITS) && spawnSync('unshare', ['--mount', 'true']).status === 0

test(
  'whoever owns the clone of a service of the whole machine gets none of their account but by asking for it',
  { skip: !canHideUnits },
  async () => {
    const person = await makeHome()
    const root = await makeClone(join(person, 'sophia'))
    const [units, main] = [join(person, 'units'), join(root, 'src/main.ts')]
    await mkdir(units)
    const place = { scope: 'system', node: process.execPath, root, home: '/var/lib/sophia' } as const
    await writeFile(join(units, 'sophia.service'), renderUnit(describeService(place)))
    // The units of this machine are seen there, by that process and nobody else.
    const seen = `mount --bind ${units} ${UNITS} && exec setpriv --reuid=65534 --regid=65534 --clear-groups`
    const install = (...words: string[]): Promise<Ended> =>
      startProgram(
        'unshare',
        ['--mount', 'sh', '-c', `${seen} "$@"`, 'sh', process.execPath, main, 'service', 'install', ...words],
        {
          environment: { HOME: person, SOPHIA_HOME: join(person, 'home'), XDG_CONFIG_HOME: '/nowhere' },
        },
      ).ended
    const refused = await install()
    assert.deepEqual([refused.code, refused.out], [1, ''])
    assert.match(refused.err, /is a service of the whole machine already.*sudo npx sophia service install/)
    const asked = await install('--user', '--dry-run')
    assert.match(asked.out, /^--- \/nowhere\/systemd\/user\/sophia\.service\n/, asked.err)
  },
)
