import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { SophiaError } from '#domain/errors.ts'
import { SETTINGS } from './settings.ts'

type Environment = Record<string, string | undefined>

/** How systemd wants to hear of this process: `sd_notify(3)`. */
export interface SupervisorAddress {
  readonly socket: string
  readonly watchdogMs: number | null
  /** Where programs are found. */
  readonly path: string
}

/**
 * Reads where systemd listens and takes it out of the environment, so that no child process speaks in this one's name. Null where
 * nobody listens.
 */
export function takeSupervisor(environment: Environment = process.env): SupervisorAddress | null {
  const { NOTIFY_SOCKET: socket, PATH: path, WATCHDOG_PID: pid, WATCHDOG_USEC: microseconds } = environment
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC']) delete environment[name]
  if (!socket) return null
  const isWatched = Number(microseconds) > 0 && (!pid || Number(pid) === process.pid)
  return { socket, watchdogMs: isWatched ? Number(microseconds) / 1000 : null, path: path ?? '/usr/bin:/bin' }
}

/** The machine and account that a service is installed for. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly isRoot: boolean
  /** By `sudo`, which keeps hardly a variable of whoever calls it. */
  readonly isBySudo: boolean
  readonly uid: number
  readonly userName: string
  /** The folder of systemd's units of the whole machine. */
  readonly systemUnits: string
  /** The folder of systemd's units of this account. */
  readonly userUnits: string
  readonly userHome: string
}

/** Looks at the machine and the account this process runs under. */
export function readMachine(environment: Environment = process.env): Machine {
  const { uid, username } = userInfo()
  const domain = environment['USERDOMAIN']
  const config = environment['XDG_CONFIG_HOME'] || join(homedir(), '.config')
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    isBySudo: process.getuid?.() === 0 && Boolean(environment['SUDO_USER']),
    uid,
    userName: domain ? `${domain}\\${username}` : username,
    systemUnits: '/etc/systemd/system',
    userUnits: join(config, 'systemd/user'),
    userHome: homedir(),
  }
}

/**
 * The settings of this environment as lines of a service's environment file, which systemd and Node read alike; secrets stand in it in the
 * clear. The home is left out: the service itself names it. Throws INVALID_INPUT for a value that no such line can hold.
 */
export function settingLines(environment: Environment = process.env): string {
  const names = Object.keys(SETTINGS).flatMap((name) => [name, `${name}_FILE`])
  const lines = names.flatMap((name) => {
    const value = environment[name]
    if (!value || /^SOPHIA_HOME(_FILE)?$/.test(name)) return []
    if (/['\n\r]/.test(value))
      throw new SophiaError('INVALID_INPUT', {
        detail: `The value of ${name} has a quote or a line's end, which a service's environment file cannot hold. Put it into a file and name that in ${name}_FILE.`,
      })
    return [`${name}='${value}'\n`]
  })
  return lines.join('')
}
