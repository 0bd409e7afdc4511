import { win32 } from 'node:path'
import { SophiaError } from '#domain/errors.ts'
import type { Machine } from '#platform/config/supervisor.ts'
import { SERVICE_NAME } from './description.ts'
import { runByNode, type Installed } from './installed.ts'
import { unknownState, type Keeper, type ServiceState } from './keeper.ts'
import { readIfThere } from './read-if-there.ts'
import { launcherPaths, renderCommandLauncher, renderPowershellLauncher, renderTask } from './render-windows.ts'
import { ask } from './run-step.ts'

/** What schtasks prints is translated; this is not. */
const LOOK =
  `$task = Get-ScheduledTask -TaskName '${SERVICE_NAME}' -ErrorAction SilentlyContinue; ` +
  `if ($task) { [string]$task.State; [string](Get-ScheduledTaskInfo -TaskName '${SERVICE_NAME}').LastTaskResult }`

const LOOK_AT_WORDS = `[string](Get-ScheduledTask -TaskName '${SERVICE_NAME}' -ErrorAction SilentlyContinue).Actions.Arguments`

/** Windows: a task of the account, with the launchers it calls. */
export function createWindowsKeeper({ userName }: Pick<Machine, 'userName'>): Keeper {
  const taskFile = (home: string): string => win32.join(home, 'sophia-task.xml')
  return {
    name: 'Task Scheduler',
    files: (service) => {
      const { cmd, powershell } = launcherPaths(service)
      return [
        { path: taskFile(service.home), text: renderTask(service, userName), comment: 'xml', mode: 0o644 },
        { path: cmd, text: renderCommandLauncher(service), comment: 'rem', mode: 0o644 },
        { path: powershell, text: renderPowershellLauncher(service), comment: 'hash', mode: 0o644 },
      ]
    },
    install: ({ home }) => [
      { command: ['schtasks', '/End', '/TN', SERVICE_NAME], mayFail: true },
      { command: ['schtasks', '/Create', '/TN', SERVICE_NAME, '/XML', taskFile(home), '/F'] },
      { command: ['schtasks', '/Run', '/TN', SERVICE_NAME] },
    ],
    stop: () => [
      { command: ['schtasks', '/End', '/TN', SERVICE_NAME], mayFail: true },
      { command: ['schtasks', '/Delete', '/TN', SERVICE_NAME, '/F'], mayFail: true },
    ],
    forget: () => [],
    async state() {
      const said = await ask(['powershell', '-NoProfile', '-NonInteractive', '-Command', LOOK])
      return said.isGood ? readTaskState(said.out) : unknownState(said.reason)
    },
    async installed() {
      const said = await ask(['powershell', '-NoProfile', '-NonInteractive', '-Command', LOOK_AT_WORDS])
      if (!said.isGood) throw new SophiaError('UNREACHABLE', { detail: said.reason })
      const launcher = launcherOf(said.out)
      const text = launcher === null ? null : await readIfThere(launcher)
      return launcher === null || text === null ? null : readLauncher(text, launcher)
    },
  }
}

/** Of what a task gives PowerShell, the launcher that it runs; null where there is no task. */
export function launcherOf(words: string): string | null {
  return /-File "([^"]+)" up\s*$/.exec(words)?.[1] ?? null
}

/** What a launcher of ours for PowerShell says. */
export function readLauncher(text: string, file: string): Installed {
  const literalsOf = (line: string): string[] =>
    [...line.matchAll(/'((?:''|[^'])*)'/g)].map(([, value = '']) => value.replaceAll(/(['‘’‚‛])\1/g, '$1'))
  const lines = text.split(/\r?\n/)
  const [home = ''] = literalsOf(lines.find((line) => line.includes('$env:SOPHIA_HOME = ')) ?? '')
  const words = literalsOf(lines.find((line) => line.startsWith('& ')) ?? '')
  return runByNode([...words, 'up'], { SOPHIA_HOME: home }, file)
}

/** What `Get-ScheduledTask` says: the state, and on a line of its own the result of the last run; nothing where there is no task. */
export function readTaskState(text: string): ServiceState {
  const [state = '', result = ''] = text.trim().split(/\r?\n/)
  if (state === '') return { ...unknownState('Task Scheduler knows no such task.'), state: 'not_installed' }
  const isRunning = state === 'Running'
  // 0x41303: it has not run yet.
  const isFailed = !isRunning && !['', '0', '267011'].includes(result)
  return {
    state: isRunning ? 'running' : isFailed ? 'failed' : 'stopped',
    detail: isRunning || result === '' ? state : `${state}, last result: ${result}`,
    pid: null,
    restarts: null,
  }
}
