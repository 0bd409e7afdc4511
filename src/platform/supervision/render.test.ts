import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix, win32 } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { parsePlist, parseXml, type XmlElement } from '../../../test/support/python.ts'
import { judgeUnit } from '../../../test/support/systemd-analyze.ts'
import { describeService, LAUNCHD_LABEL, type Scope } from './description.ts'
import { renderLaunchAgent } from './render-launchd.ts'
import { renderUnit } from './render-systemd.ts'
import { renderCommandLauncher, renderPowershellLauncher, renderTask } from './render-windows.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-service-'))
after(() => rm(folder, { recursive: true, force: true }))

/** systemd's offline judge calls 2.5 "OK"; ours is to be below. */
const MOST_EXPOSURE = 2.5

function unitOf(scope: Scope, change: { node?: string; root?: string; home?: string } = {}): string {
  const home = scope === 'system' ? '/var/lib/sophia' : join(folder, 'home')
  return renderUnit(describeService({ scope, node: process.execPath, root: PACKAGE_ROOT, home, ...change }))
}

/** The values of a key, in order. */
function valuesOf(unit: string, key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)
}

for (const scope of ['system', 'user'] as const) {
  test(`systemd reads the ${scope} unit without a complaint and finds it hardened`, () => {
    const { complaints, exposure } = judgeUnit(unitOf(scope), scope)
    assert.equal(complaints, '')
    assert.ok(exposure <= MOST_EXPOSURE, `exposure ${exposure}`)
  })
}

test('systemd complains of a planted mistake, and finds a bare unit exposed', () => {
  const unit = unitOf('system')
  assert.match(judgeUnit(unit.replace('NoNewPrivileges', 'NoNewPriviliges'), 'system').complaints, /NoNewPriviliges/)
  assert.match(
    judgeUnit(unit.replace('WatchdogSec=30', 'WatchdogSec=soon'), 'system').complaints,
    /Failed to parse sec value/,
  )
  assert.ok(judgeUnit('[Service]\nExecStart=/bin/true\n', 'system').exposure > 9)
})

test('a path with blanks, percent signs, dollars and other alphabets is still that path to systemd', async () => {
  const root = join(folder, 'my 100%h $HOME klön')
  await mkdir(root, { recursive: true })
  const unit = unitOf('user', { root })
  assert.equal(judgeUnit(unit, 'user').complaints, '')
  const escaped = root.replaceAll('%', '%%')
  assert.deepEqual(valuesOf(unit, 'WorkingDirectory'), [escaped])
  const command = valuesOf(unit, 'ExecStart')[0] ?? ''
  assert.ok(command.endsWith(`"${escaped.replaceAll('$', '$$$$')}/scripts/service.mjs" up`), command)
})

test('a clone in a home of somebody is shown to the unit of the machine, and no home besides', () => {
  const hidden = unitOf('system', { root: '/root/so:phia', node: '/home/ann/.nvm/versions/node/v24/bin/node' })
  assert.deepEqual(valuesOf(hidden, 'ProtectHome'), ['tmpfs'])
  assert.deepEqual(valuesOf(hidden, 'BindReadOnlyPaths'), ['"/root/so\\:phia"', '/home/ann/.nvm/versions/node/v24'])
  const open = unitOf('system', { root: '/opt/sophia', node: '/usr/bin/node' })
  assert.deepEqual([valuesOf(open, 'ProtectHome'), valuesOf(open, 'BindReadOnlyPaths')], [['yes'], []])
})

test('what a unit file cannot hold, and a home where systemd makes none, is refused with what to do', () => {
  assert.throws(() => unitOf('user', { root: '/srv/a\nExecStartPre=/bin/evil' }), /cannot hold/)
  assert.throws(() => unitOf('user', { home: '/srv/a"b' }), /cannot hold/)
  assert.throws(() => unitOf('system', { home: '/srv/sophia' }), /right below \/var\/lib/)
  assert.throws(() => unitOf('system', { home: '/var/lib/..' }), /right below \/var\/lib/)
})

const mac = describeService({
  scope: 'user',
  node: '/opt/node & co/bin/node',
  root: '/Users/ann/ösophiaö',
  home: '/Users/ann/.sophia',
  join: posix.join,
})

test('the agent is a property list that says what the description says', () => {
  assert.deepEqual(parsePlist(renderLaunchAgent(mac)), {
    Label: LAUNCHD_LABEL,
    ProgramArguments: [
      '/opt/node & co/bin/node',
      '--env-file-if-exists=/Users/ann/.sophia/service.env',
      '/Users/ann/ösophiaö/scripts/service.mjs',
      'up',
    ],
    WorkingDirectory: '/Users/ann/ösophiaö',
    EnvironmentVariables: { SOPHIA_HOME: '/Users/ann/.sophia' },
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 10,
    ExitTimeOut: 45,
    Umask: 0o077,
    SoftResourceLimits: { NumberOfFiles: 65_536 },
    StandardOutPath: '/Users/ann/.sophia/service.log',
    StandardErrorPath: '/Users/ann/.sophia/service.log',
  })
  assert.throws(() => parsePlist(renderLaunchAgent(mac).replace('</dict>', '')), /could not read/)
})

const windows = describeService({
  scope: 'user',
  node: 'C:\\Program Files\\nodejs\\node.exe',
  root: 'C:\\Söphia & co',
  home: "C:\\Users\\ann o'neil\\100% hers",
  join: win32.join,
})

/** The order in which Task Scheduler's schema has the elements of each sequence; those of `xs:all` may stand in any. */
const SEQUENCES: Readonly<Record<string, readonly string[]>> = {
  LogonTrigger: ['Enabled', 'StartBoundary', 'EndBoundary', 'Repetition', 'ExecutionTimeLimit', 'UserId', 'Delay'],
  RestartOnFailure: ['Interval', 'Count'],
  Exec: ['Command', 'Arguments', 'WorkingDirectory'],
}
const ANY_ORDER: Readonly<Record<string, readonly string[]>> = {
  Task: ['RegistrationInfo', 'Triggers', 'Settings', 'Data', 'Principals', 'Actions'],
  RegistrationInfo: ['Source', 'Date', 'Author', 'Version', 'Description', 'URI'],
  Principal: ['UserId', 'LogonType', 'GroupId', 'DisplayName', 'RunLevel'],
  Settings: [
    'AllowStartOnDemand',
    'RestartOnFailure',
    'MultipleInstancesPolicy',
    'DisallowStartIfOnBatteries',
    'StopIfGoingOnBatteries',
    'AllowHardTerminate',
    'StartWhenAvailable',
    'NetworkProfileName',
    'RunOnlyIfNetworkAvailable',
    'WakeToRun',
    'Enabled',
    'Hidden',
    'DeleteExpiredTaskAfter',
    'IdleSettings',
    'NetworkSettings',
    'ExecutionTimeLimit',
    'Priority',
    'RunOnlyIfIdle',
  ],
}
const NAMESPACE = '{http://schemas.microsoft.com/windows/2004/02/mit/task}'

/** Every element of a kind that the schema does not have there. */
function findStrays([fullName, , , inner]: XmlElement): string[] {
  const name = fullName.replace(NAMESPACE, '')
  const names = inner.map(([one]) => one.replace(NAMESPACE, ''))
  const sequence = SEQUENCES[name]
  const isWrong = sequence
    ? sequence.filter((one) => names.includes(one)).join() !== names.join()
    : ANY_ORDER[name] !== undefined && names.some((one) => !ANY_ORDER[name]?.includes(one))
  return [...(isWrong ? [`${name}: ${names.join()}`] : []), ...inner.flatMap(findStrays)]
}

function textAt(element: XmlElement, path: string): string | undefined {
  const found = path
    .split('/')
    .reduce<XmlElement | undefined>((at, name) => at?.[3].find(([one]) => one === `${NAMESPACE}${name}`), element)
  return found?.[2]
}

test('the task is what the schema of Task Scheduler asks for, and says what the description says', () => {
  const text = renderTask(windows, 'OFFICE\\änn')
  // In ASCII and without a declaration it is the same in every encoding it may be taken for.
  assert.match(text, /^<Task [\p{ASCII}]+$/u)
  const task = parseXml(text)
  assert.deepEqual([task[0], task[1]], [`${NAMESPACE}Task`, { version: '1.2' }])
  assert.deepEqual(findStrays(task), [])
  const said = {
    'Triggers/LogonTrigger/UserId': 'OFFICE\\änn',
    'Principals/Principal/UserId': 'OFFICE\\änn',
    'Principals/Principal/LogonType': 'InteractiveToken',
    'Principals/Principal/RunLevel': 'LeastPrivilege',
    'Settings/MultipleInstancesPolicy': 'IgnoreNew',
    'Settings/DisallowStartIfOnBatteries': 'false',
    'Settings/ExecutionTimeLimit': 'PT0S',
    'Settings/RestartOnFailure/Interval': 'PT1M',
    'Settings/RestartOnFailure/Count': '5',
    'Actions/Exec/Command': 'powershell.exe',
    'Actions/Exec/WorkingDirectory': 'C:\\Söphia & co',
  }
  for (const [path, value] of Object.entries(said)) assert.equal(textAt(task, path), value, path)
  const words = textAt(task, 'Actions/Exec/Arguments') ?? ''
  assert.ok(words.endsWith(`-File "C:\\Users\\ann o'neil\\100% hers\\sophia.ps1" up`), words)
})

test('the check of the task sees an element out of its order and one that is not there', () => {
  const text = renderTask(windows, 'ann')
  const swapped = text.replace(/(<Command>.*<\/Command>)\s*(<Arguments>.*<\/Arguments>)/, '$2$1')
  assert.deepEqual(findStrays(parseXml(swapped)), ['Exec: Arguments,Command,WorkingDirectory'])
  const unknown = text.replaceAll('StartWhenAvailable', 'StartWhenever')
  assert.equal(findStrays(parseXml(unknown)).length, 1)
})

test('the launchers of Windows name Node, settings, home and clone, each quoted its own way', () => {
  assert.equal(
    renderCommandLauncher(windows),
    [
      '@echo off',
      'setlocal',
      `set "SOPHIA_HOME=C:\\Users\\ann o'neil\\100%% hers"`,
      `"C:\\Program Files\\nodejs\\node.exe" "--env-file-if-exists=C:\\Users\\ann o'neil\\100%% hers\\service.env" "C:\\Söphia & co\\scripts\\service.mjs" %*`,
      'exit /b %errorlevel%',
      '',
    ].join('\r\n'),
  )
  assert.equal(
    renderPowershellLauncher(windows),
    [
      `\u{FEFF}$env:SOPHIA_HOME = 'C:\\Users\\ann o''neil\\100% hers'`,
      `& 'C:\\Program Files\\nodejs\\node.exe' '--env-file-if-exists=C:\\Users\\ann o''neil\\100% hers\\service.env' 'C:\\Söphia & co\\scripts\\service.mjs' @args`,
      'exit $LASTEXITCODE',
      '',
    ].join('\r\n'),
  )
})

test('the shipped templates are these files for the usual places', () => {
  const read = (name: string): string => readFileSync(join(PACKAGE_ROOT, 'deploy/services', name), 'utf8')
  const system = describeService({
    scope: 'system',
    node: '/usr/bin/node',
    root: '/opt/sophia',
    home: '/var/lib/sophia',
  })
  assert.ok(read('systemd/system/sophia.service').endsWith(renderUnit(system)))
  assert.equal(
    z.object({ Label: z.string() }).parse(parsePlist(read('launchd/local.sophia.plist'))).Label,
    LAUNCHD_LABEL,
  )
  assert.deepEqual(findStrays(parseXml(read('windows/sophia-task.xml'))), [])
})

test('a line of the environment file is to Node what is written in it', async () => {
  // As systemd has it too: in single quotes nothing means anything else.
  const file = join(folder, 'service.env')
  await writeFile(file, "SMTP_URL='smtp://a:p#1 $x\"y@mail'\n")
  const { stdout } = spawnSync(process.execPath, [`--env-file-if-exists=${file}`, '-p', 'process.env.SMTP_URL'], {
    encoding: 'utf8',
    env: {},
  })
  assert.equal(stdout, 'smtp://a:p#1 $x"y@mail\n')
})
