import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CLONE, type Machine } from './machine.ts'
import { health, mainPid, PORT, signIn, status } from './unit.ts'

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/use/service.md'), 'utf8')
const MOST_EXPOSURE = 2.5

/** The block of commands in the document that has these words; root needs no sudo. */
function told(words: string): string {
  const blocks = [...DOCUMENT.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block)
  const found = blocks.find((block) => block.includes(words))
  assert.ok(found, `docs/use/service.md tells no ${words}`)
  return found.replaceAll('sudo ', '')
}

/** From a clone in the home of a person nothing is installed, before the account of the unit is there: it would not get to it. */
export async function checkHomeRefused(machine: Machine): Promise<void> {
  const [person, clone] = ['/home/alice', '/home/alice/sophia']
  await machine.say('mkdir', '--parents', clone)
  await machine.say('chmod', '750', person)
  await machine.say('mount', '--bind', CLONE, clone)
  const { code, err } = await machine.run(['sh', '-c', `cd ${clone} && npx sophia service install`])
  assert.deepEqual([code, /^sophia, .* cannot get to \S+: \/home\/alice is closed to it/.test(err)], [1, true], err)
  assert.match(await status(machine), /^not installed/)
  await machine.say('umount', clone)
  await machine.say('rm', '--recursive', person)
}

/** A file that tells when the installation began. */
const BEFORE = '/run/sophia-is-installed-next'

/** Installed as the document tells, from the clone of somebody else: enabled, running, with the settings of whoever installed it. */
export async function checkInstall(machine: Machine) {
  const [build = '', install = ''] = told('npx sophia service install').split('\n')
  assert.deepEqual([build, install], ['npm run build:web', 'npx sophia service install'])
  const built = await machine.run(build.split(' '))
  assert.equal(built.code, 0, built.out + built.err)
  const packages = `${CLONE}/node_modules`
  await machine.say('chown', 'daemon', CLONE, packages)
  await machine.say('touch', BEFORE)
  const beganMs = performance.now()
  const installed = await machine.run(install.split(' '), { SOPHIA_PORT: String(PORT) })
  const installSeconds = Math.round((performance.now() - beganMs) / 100) / 10
  assert.equal(installed.code, 0, installed.out + installed.err)
  // What is root's there its owner could not renew.
  assert.equal(await machine.say('find', packages, '-user', 'root', '-cnewer', BEFORE), '')
  assert.match(
    installed.out,
    /^Settings were written to \/etc\/sophia\/service\.env: SOPHIA_PORT\nrunning \(by systemd\)/,
  )
  assert.match(await status(machine), new RegExp(`^running .*Sophia is up at http://127.0.0.1:${PORT}, process \\d+$`))
  assert.equal((await machine.say('systemctl', 'is-enabled', 'sophia')).trim(), 'enabled')
  const settings = await machine.say('stat', '--format=%a %U', '/etc/sophia', '/etc/sophia/service.env')
  assert.equal(settings, '700 root\n600 root\n')
  const { components, status: overall } = await health(machine)
  assert.equal(overall, 'ok')
  assert.equal(components['database']?.['status'], 'ok')
  return { installSeconds }
}

/** Every process of the unit is nobody's root and without a capability; even root in its place could write nowhere but at home. */
export async function checkFence(machine: Machine) {
  const pid = await mainPid(machine)
  const uid = (await machine.say('id', '--user', 'sophia')).trim()
  const group = await machine.say('systemctl', 'show', 'sophia', '--property=ControlGroup', '--value')
  const list = `cat $(find /sys/fs/cgroup -path '*${group.trim()}/cgroup.procs')`
  const processes = [...new Set((await machine.say('sh', '-c', list)).trim().split('\n'))]
  assert.ok(processes.includes(pid) && processes.length > 3, processes.join())
  for (const one of processes) {
    const said = await machine.run(['cat', `/proc/${one}/status`])
    // A process of the database may have ended meanwhile.
    if (said.code !== 0) continue
    assert.match(said.out, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'))
    for (const name of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'])
      assert.match(said.out, new RegExp(`^Cap${name}:\\t0+$`, 'm'))
    assert.match(said.out, /^NoNewPrivs:\t1$/m)
    assert.match(said.out, /^Seccomp:\t2$/m)
  }
  await checkWalls(machine, pid)
  const judged = await machine.say('systemd-analyze', 'security', 'sophia', '--no-pager')
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(judged)?.[1])
  assert.ok(exposure <= MOST_EXPOSURE, judged)
  return { processes: processes.length, exposure }
}

async function checkWalls(machine: Machine, pid: string): Promise<void> {
  await machine.say('mkdir', '--parents', '/home/somebody')
  const places = ['/etc', '/usr', '/var/lib', '/var/log', '/boot', CLONE]
  for (const place of places) {
    const tried = await machine.run(['nsenter', `--target=${pid}`, '--mount', 'touch', `${place}/sophia-was-here`])
    assert.match(tried.err, /Read-only file system/, place)
  }
  const [uid, gid] = (await machine.say('sh', '-c', 'id -u sophia; id -g sophia')).trim().split('\n')
  const asHer = ['nsenter', `--target=${pid}`, '--all', `--setuid=${uid}`, `--setgid=${gid}`]
  await machine.say(...asHer, 'touch', '/var/lib/sophia/own')
  await machine.say(...asHer, 'rm', '/var/lib/sophia/own')
  for (const secret of ['/etc/sophia/service.env', '/etc/shadow']) {
    const tried = await machine.run([...asHer, 'cat', secret])
    assert.match(tried.err, /Permission denied/, secret)
  }
  const homes = await machine.run([...asHer, 'ls', '/home', '/root'])
  assert.doesNotMatch(homes.out, /somebody/)
  await machine.say('rmdir', '/home/somebody')
}

/** Another command, by the account of the unit and with its settings, works beside her and leaves her and her database alone. */
export async function checkOtherCommands(machine: Machine): Promise<void> {
  const before = await mainPid(machine)
  // The second line is for the unit of the machine.
  const [, command = ''] = told('service run -- backup list').split('\n')
  assert.equal(command, 'npx sophia service run -- backup list')
  const listed = await machine.say('sh', '-c', command)
  assert.match(listed, /^No backups yet/)
  const made = await machine.say('sh', '-c', command.replace('backup list', 'backup create'))
  assert.match(made, /^Wrote \/var\/lib\/sophia\/backups\//)
  // This one asks the server that runs, for an owner, so it has to find both.
  await signIn(machine)
  await machine.say('sh', '-c', command.replace('backup list', 'cache stats'))
  assert.equal((await machine.say('stat', '--format=%U', '/var/lib/sophia/backups')).trim(), 'sophia')
  assert.equal(await mainPid(machine), before)
  const journal = await machine.say('journalctl', '--unit=sophia', '--output=cat', '--no-pager')
  assert.doesNotMatch(journal, /ended unasked/)
}

const Line = z.looseObject({ '@timestamp': z.string(), 'log.level': z.string(), message: z.string() })
const FOR_PEOPLE = /^(Sophia is up at |The one-time sign-in link is in )/

/** In the journal her lines are JSON, but for two that tell people where to go; no link is among them. */
export async function checkJournal(machine: Machine) {
  const hers = ['journalctl', '_SYSTEMD_UNIT=sophia.service', '--output=cat', '--no-pager']
  const lines = (await machine.say(...hers)).trim().split('\n')
  const parsed = lines.filter((line) => !FOR_PEOPLE.test(line)).map((line) => Line.parse(JSON.parse(line)))
  assert.ok(parsed.some(({ message }) => message === 'Sophia is up'))
  const link = (await machine.say('cat', '/var/lib/sophia/sign-in-link')).trim()
  const [, token = ''] = link.split('token=')
  assert.ok(token && !lines.join('\n').includes(token))
  return { lines: lines.length }
}
