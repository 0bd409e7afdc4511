import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix, win32 } from 'node:path'
import { after, test } from 'node:test'
import { serviceEnvironment } from '#platform/config/service-environment.ts'
import { describeService } from './description.ts'
import { readAgent } from './launchd-keeper.ts'
import { readUnit } from './read-systemd.ts'
import { renderLaunchAgent } from './render-launchd.ts'
import { renderUnit } from './render-systemd.ts'
import { renderPowershellLauncher, renderTask } from './render-windows.ts'
import { launcherOf, readLauncher } from './windows-keeper.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-installed-'))
after(() => rm(folder, { recursive: true, force: true }))

const ODD = { node: '/opt/node & co/bin/node', root: '/srv/my 100%h $HOME klön', home: "/srv/o'neil/a b\\c" }

test('a unit is read as systemd reads it, with its drop-ins', () => {
  const unit = renderUnit(describeService({ scope: 'user', ...ODD, join: posix.join }))
  assert.deepEqual(readUnit([unit], 'unit'), {
    command: [ODD.node, `${ODD.root}/scripts/service.mjs`],
    environment: { SOPHIA_HOME: ODD.home },
    environmentFiles: [{ path: `${ODD.home}/service.env`, mayBeAbsent: true }],
    isFileStronger: true,
    account: null,
  })
  const machine = renderUnit(
    describeService({ scope: 'system', node: '/usr/bin/node', root: '/opt/sophia', home: '/var/lib/acme' }),
  )
  const dropIn =
    '[Unit]\nUser=root\n[Service]\nEnvironmentFile=\nEnvironmentFile=/etc/acme.env\nEnvironment="A=1 2" B=\'x\'\n'
  const read = readUnit([machine, dropIn], 'unit')
  assert.deepEqual(read.account, { user: 'sophia', group: 'sophia' })
  assert.deepEqual(read.environment, { SOPHIA_HOME: '/var/lib/acme', A: '1 2', B: 'x' })
  assert.deepEqual(read.environmentFiles, [{ path: '/etc/acme.env', mayBeAbsent: false }])
  assert.throws(() => readUnit([machine.replace(' up\n', ' down\n')], 'the unit'), /the unit does not start Sophia/)
})

test('an agent and a launcher are read as what they were written from', () => {
  const agent = renderLaunchAgent(describeService({ scope: 'user', ...ODD, join: posix.join }))
  assert.deepEqual(readAgent(agent, 'agent'), {
    command: [ODD.node, `${ODD.root}/scripts/service.mjs`],
    environment: { SOPHIA_HOME: ODD.home },
    environmentFiles: [{ path: `${ODD.home}/service.env`, mayBeAbsent: true }],
    isFileStronger: false,
    account: null,
  })
  const place = { node: 'C:\\Program Files\\node.exe', root: 'C:\\Söphia & co', home: "C:\\Users\\o'neil ‘x’\\100%" }
  const task = describeService({ scope: 'user', ...place, join: win32.join })
  const read = readLauncher(renderPowershellLauncher(task), 'launcher')
  assert.deepEqual(read.command, [place.node, `${place.root}\\scripts\\service.mjs`])
  assert.deepEqual(read.environment, { SOPHIA_HOME: place.home })
  assert.deepEqual(read.environmentFiles, [{ path: `${place.home}\\service.env`, mayBeAbsent: true }])
  const [, words = ''] = /<Arguments>(.*)<\/Arguments>/.exec(renderTask(task, 'ann')) ?? []
  assert.equal(launcherOf('-File "C:\\x\\sophia.ps1" up\r\n'), 'C:\\x\\sophia.ps1')
  assert.match(words, /-File &quot;.*sophia\.ps1&quot; up$/)
  assert.equal(launcherOf('\r\n'), null)
})

test('settings are those of the service; what no task can be asked about is refused on Windows', async () => {
  const path = join(folder, 'service.env')
  await writeFile(path, "DATABASE_URL='postgres://a@b/c'\nSOPHIA_HOME='/file'\n")
  const sources = { environment: { SOPHIA_HOME: '/own' }, environmentFiles: [{ path, mayBeAbsent: true }] }
  const here = { PATH: '/bin', SOPHIA_PORT: '1', SMTP_URL_FILE: '/x', DATABASE_URL: 'postgres://a@b/c' }
  const read = (isFileStronger: boolean, platform: NodeJS.Platform, environment: object = here) =>
    serviceEnvironment({ ...sources, isFileStronger }, { ...environment }, platform)
  const wanted = { PATH: '/bin', DATABASE_URL: 'postgres://a@b/c' }
  assert.deepEqual(read(true, 'linux'), { ...wanted, SOPHIA_HOME: '/file' })
  assert.deepEqual(read(false, 'darwin'), { ...wanted, SOPHIA_HOME: '/own' })
  assert.throws(() => read(false, 'win32'), /^SophiaError: SOPHIA_PORT is set here otherwise/)
  const alike = { PATH: '/bin', SOPHIA_HOME: '/elsewhere', DATABASE_URL: 'postgres://a@b/c', SMTP_URL: '' }
  assert.deepEqual(read(false, 'win32', alike), { ...wanted, SOPHIA_HOME: '/own' })
  const absent = { environment: {}, environmentFiles: [{ path: '/nowhere', mayBeAbsent: false }] }
  assert.throws(() => serviceEnvironment({ ...absent, isFileStronger: true }, {}), /\/nowhere, cannot be read/)
})
