import assert from 'node:assert/strict'
import type { Machine } from './machine.ts'
import { status } from './unit.ts'

/** Where Debian itself, npm and the journal write as time goes by; and the clone, which is not installed by this. */
const ELSEWHERE = ['/proc', '/sys', '/dev', '/run', '/tmp', '/var/tmp', '/var/log', '/var/lib/systemd', '/root', '/opt']

/** Every file and folder of the machine that an installation could leave. */
export async function filesOf(machine: Machine): Promise<ReadonlySet<string>> {
  const leave = ELSEWHERE.flatMap((path) => ['-path', path, '-prune', '-o'])
  return new Set((await machine.say('find', '/', ...leave, '-print')).trim().split('\n'))
}

/** Nothing stays but settings, home and account, as the command says; a process of hers least of all. */
export async function checkUninstall(machine: Machine, before: ReadonlySet<string>): Promise<void> {
  const said = await machine.say('npx', 'sophia', 'service', 'uninstall')
  assert.match(said, /^Removed \/etc\/systemd\/system\/sophia\.service\nRemoved \/etc\/sysusers\.d\/sophia\.conf\n/)
  assert.match(said, /Left where they are: \/var\/lib\/sophia, \/etc\/sophia\/service\.env, the account sophia\n$/)
  assert.equal(await status(machine), 'not installed (by systemd): systemd knows no such unit.')
  const uid = (await machine.say('id', '--user', 'sophia')).trim()
  const hers = await machine.run(['sh', '-c', `grep -ls '^Uid:.${uid}' /proc/[0-9]*/status`])
  assert.equal(hers.out, '')
  const left = [...(await filesOf(machine))].filter((path) => !before.has(path))
  const unexpected = left.filter((path) => !EXPECTED.test(path))
  assert.deepEqual(unexpected, [])
  assert.ok(left.includes('/etc/sophia/service.env') && left.includes('/var/lib/sophia/data'))
}

/** The copies that systemd-sysusers keeps of the lists of accounts go with those; its folder is the machine's own, and empty again. */
const EXPECTED =
  /^(\/etc\/sophia(\/service\.env)?|\/var\/lib\/sophia(\/.*)?|\/etc\/(passwd|group|shadow|gshadow)-|\/etc\/sysusers\.d)$/
