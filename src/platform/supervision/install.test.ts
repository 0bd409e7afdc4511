import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { settingLines, takeSupervisor } from '#platform/config/supervisor.ts'
import { readPrinted } from './launchd-keeper.ts'
import { findSealed, writeSealed, type Comment } from './sealed-file.ts'
import { readState } from './systemd-keeper.ts'
import { readTaskState } from './windows-keeper.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-install-'))
after(() => rm(folder, { recursive: true, force: true }))

for (const comment of ['hash', 'rem', 'xml'] satisfies Comment[]) {
  test(`a file with a seal in ${comment} is known again, and no longer when a letter of it was changed`, async () => {
    const path = join(folder, `deep-${comment}`, 'file')
    const text = comment === 'rem' ? 'one\r\ntwo\r\n' : 'one\ntwo\n'
    const file = { path, text, comment, mode: 0o644 }
    assert.equal(await findSealed(path), 'absent')
    await writeSealed(file)
    await writeSealed({ ...file, text: `${text}three\n` })
    assert.equal(await findSealed(path), 'ours')
    const written = await readFile(path, 'utf8')
    for (const change of [written.replace('one', 'own'), `${written}more\n`]) {
      await writeFile(path, change)
      assert.equal(await findSealed(path), 'changed')
      await assert.rejects(writeSealed(file), /was changed since/)
      assert.equal(await readFile(path, 'utf8'), change)
    }
  })
}

test('a file of somebody else is neither written over nor taken for ours', async () => {
  const path = join(folder, 'foreign')
  await writeFile(path, '[Unit]\n')
  assert.equal(await findSealed(path), 'foreign')
  await assert.rejects(writeSealed({ path, text: 'x\n', comment: 'hash', mode: 0o644 }), /was not written by/)
  assert.equal(await readFile(path, 'utf8'), '[Unit]\n')
  assert.equal((await stat(path)).isFile(), true)
})

test('settings become lines without the home; a value that no line can hold is refused with the way round it', () => {
  const environment = {
    SOPHIA_HOME: '/srv/x',
    SOPHIA_PORT: '9000',
    SMTP_URL_FILE: '/etc/m',
    PATH: '/bin',
    OPENAI_API_KEY: '',
  }
  assert.equal(settingLines(environment), "SOPHIA_PORT='9000'\nSMTP_URL_FILE='/etc/m'\n")
  for (const value of ["a'b", 'a\nSOPHIA_PORT=1'])
    assert.throws(
      () => settingLines({ OPENAI_API_KEY: value }),
      /Put it into a file and name that in OPENAI_API_KEY_FILE/,
    )
})

test('where systemd listens is taken out of the environment, and a watch that is meant for another process is none', () => {
  const environment: Record<string, string> = {
    NOTIFY_SOCKET: '/run/notify',
    WATCHDOG_USEC: '30000000',
    WATCHDOG_PID: String(process.pid),
    PATH: '/usr/bin',
  }
  const given = { ...environment }
  assert.deepEqual(takeSupervisor(environment), { socket: '/run/notify', watchdogMs: 30_000, path: '/usr/bin' })
  assert.deepEqual(environment, { PATH: '/usr/bin' })
  assert.equal(takeSupervisor(environment), null)
  assert.equal(takeSupervisor({ ...given, WATCHDOG_PID: '1' })?.watchdogMs, null)
})

test('what systemctl says of the unit', () => {
  const running =
    'MainPID=812\nNRestarts=3\nStatusText=Sophia is up\nLoadState=loaded\nActiveState=active\nSubState=running\nResult=success\n'
  assert.deepEqual(readState(running), {
    state: 'running',
    detail: 'active (running), Sophia is up',
    pid: 812,
    restarts: 3,
  })
  const failed =
    'MainPID=0\nNRestarts=5\nStatusText=Sophia is up\nLoadState=loaded\nActiveState=failed\nSubState=failed\nResult=watchdog\n'
  assert.deepEqual(readState(failed), {
    state: 'failed',
    detail: 'failed (failed), result: watchdog',
    pid: null,
    restarts: 5,
  })
  assert.equal(readState('LoadState=not-found\nActiveState=inactive\n').state, 'not_installed')
  assert.equal(readState('something else').state, 'unknown')
})

test('what launchctl says of the agent', () => {
  const print = (state: string, rest: string): string =>
    `gui/501/local.sophia = {\n\tactive count = 1\n\tstate = ${state}\n${rest}}\n`
  assert.deepEqual(readPrinted(print('running', '\tpid = 77\n\tlast exit code = (never exited)\n')), {
    state: 'running',
    detail: 'running, last exit code: (never exited)',
    pid: 77,
    restarts: null,
  })
  assert.equal(readPrinted(print('not running', '\tlast exit code = 78: EX_CONFIG\n')).state, 'failed')
  assert.equal(readPrinted(print('not running', '\tlast exit code = 0\n')).state, 'stopped')
})

test('what Task Scheduler says of the task', () => {
  assert.deepEqual(readTaskState('Running\r\n267009\r\n').state, 'running')
  assert.deepEqual(readTaskState('Ready\r\n0\r\n').state, 'stopped')
  assert.deepEqual(readTaskState('Ready\r\n78\r\n').state, 'failed')
  assert.deepEqual(readTaskState('\r\n').state, 'not_installed')
})
