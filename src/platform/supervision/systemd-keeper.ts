import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Machine } from '#platform/config/supervisor.ts'
import { SERVICE_NAME, type Scope, type ServiceDescription } from './description.ts'
import { unknownState, type Keeper, type ServiceState, type Step } from './keeper.ts'
import { readIfThere } from './read-if-there.ts'
import { readUnit } from './read-systemd.ts'
import { renderAccount, renderUnit } from './render-systemd.ts'
import { ask } from './run-step.ts'
import type { SealedFile } from './sealed-file.ts'

const UNIT = `${SERVICE_NAME}.service`
/** One that runs is stopped before. */
const STOP_AND_SPARE_SECONDS = 60
const ACCOUNT_FILE = `/etc/sysusers.d/${SERVICE_NAME}.conf`

type UnitFolders = Pick<Machine, 'systemUnits' | 'userUnits'>

/** Linux. */
export function createSystemdKeeper(places: UnitFolders): Keeper {
  return {
    name: 'systemd',
    files: (service) => [
      { path: unitPath(service.scope, places), text: renderUnit(service), comment: 'hash', mode: 0o644 },
      ...accountFile(service),
    ],
    install: ({ account, limits, scope }) => [
      ...(account === null ? [] : [{ command: ['systemd-sysusers', ACCOUNT_FILE] } as const]),
      systemctl(scope, 'daemon-reload'),
      systemctl(scope, 'enable', UNIT),
      // A start limit that was reached before does not hold against a start by hand.
      { ...systemctl(scope, 'reset-failed', UNIT), mayFail: true },
      // She asks for more time than that while she works on her database.
      { ...systemctl(scope, 'restart', UNIT), waitsAtMostSeconds: limits.startSeconds + STOP_AND_SPARE_SECONDS },
    ],
    stop: ({ scope }) => [systemctl(scope, 'disable', '--now', UNIT)],
    forget: ({ scope }) => [
      systemctl(scope, 'daemon-reload'),
      { ...systemctl(scope, 'reset-failed', UNIT), mayFail: true },
    ],
    async state({ scope }) {
      const said = await ask([...systemctl(scope, 'show', UNIT).command, `--property=${PROPERTIES.join(',')}`])
      return said.isGood ? readState(said.out) : unknownState(said.reason)
    },
    async installed({ scope }) {
      const path = unitPath(scope, places)
      const unit = await readIfThere(path)
      return unit === null ? null : readUnit([unit, ...(await readDropIns(`${path}.d`))], path)
    },
  }
}

/** What `systemctl edit` wrote, in the order of the names. */
async function readDropIns(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.conf')).toSorted()
  return Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
}

function unitPath(scope: Scope, { systemUnits, userUnits }: UnitFolders): string {
  return join(scope === 'system' ? systemUnits : userUnits, UNIT)
}

function accountFile({ account, home }: ServiceDescription): SealedFile[] {
  if (account === null) return []
  return [{ path: ACCOUNT_FILE, text: renderAccount(account, home), comment: 'hash', mode: 0o644 }]
}

function systemctl(scope: Scope, ...words: string[]): Step {
  return { command: ['systemctl', ...(scope === 'user' ? ['--user'] : []), ...words] }
}

const PROPERTIES = ['LoadState', 'ActiveState', 'SubState', 'Result', 'MainPID', 'NRestarts', 'StatusText']
const STATES: Readonly<Record<string, ServiceState['state']>> = {
  active: 'running',
  activating: 'starting',
  deactivating: 'stopping',
  failed: 'failed',
  inactive: 'stopped',
  reloading: 'running',
}

/** What `systemctl show` says, as name and value a line. */
export function readState(text: string): ServiceState {
  const said = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const active = said.get('ActiveState') ?? ''
  if (said.get('LoadState') === 'not-found')
    return { ...unknownState('systemd knows no such unit.'), state: 'not_installed' }
  const [sub = '', result = '', status = ''] = ['SubState', 'Result', 'StatusText'].map((name) => said.get(name) ?? '')
  const pid = Number(said.get('MainPID'))
  const details = [
    `${active} (${sub})`,
    ...(result === '' || result === 'success' ? [] : [`result: ${result}`]),
    // systemd keeps the last words of a process that is gone.
    ...(pid > 0 ? [status] : []),
  ]
  return {
    state: STATES[active] ?? 'unknown',
    detail: details.filter((part) => part !== '').join(', '),
    pid: pid > 0 ? pid : null,
    restarts: Number(said.get('NRestarts') ?? 0),
  }
}
