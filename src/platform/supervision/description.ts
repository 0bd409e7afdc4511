import { join } from 'node:path'
import { SophiaError } from '#domain/errors.ts'

/** For the whole machine, from its start on; or for one account, from its sign-in on. */
export type Scope = 'system' | 'user'

/** Sophia as a program that the machine keeps running: one description, from which unit, plist and task are rendered. */
export interface ServiceDescription {
  readonly scope: Scope
  readonly about: string
  /** Absolute path of the Node that runs her. */
  readonly node: string
  /** What Node is given: the script, absolute, and its words. */
  readonly words: readonly string[]
  /** The clone; also the working directory. */
  readonly root: string
  readonly home: string
  /** `NAME=value` lines with the settings, for its owner alone; it may be absent. */
  readonly environmentFile: string
  /** The account a unit of the whole machine runs under; null: whoever installs it. */
  readonly account: string | null
  readonly limits: ServiceLimits
}

interface ServiceLimits {
  readonly openFiles: number
  readonly restartAfterSeconds: number
  /** So many restarts within that time, and it is given up. */
  readonly mostRestarts: number
  readonly withinSeconds: number
  /** A first start migrates and may recover a database. */
  readonly startSeconds: number
  /** Longer than Sophia gives herself. */
  readonly stopSeconds: number
  /** Without a sign of life for so long she is ended and started anew. */
  readonly watchdogSeconds: number
  /** Exit codes that no restart mends: usage and configuration. */
  readonly finalExitCodes: readonly number[]
}

export const SERVICE_NAME = 'sophia'
/** The same in the reversed domain name that launchd asks for. */
export const LAUNCHD_LABEL = 'local.sophia'
export const SERVICE_ACCOUNT = 'sophia'
/** Homes of system units are folders right below; systemd makes them and gives them to the account. */
export const STATE_FOLDER = '/var/lib'
const STATE_HOME = new RegExp(`^${STATE_FOLDER}/\\w[\\w.-]*$`)

const LIMITS: ServiceLimits = {
  openFiles: 65_536,
  restartAfterSeconds: 2,
  mostRestarts: 5,
  withinSeconds: 300,
  startSeconds: 900,
  stopSeconds: 45,
  watchdogSeconds: 30,
  finalExitCodes: [2, 78],
}

interface Place {
  readonly scope: Scope
  readonly node: string
  readonly root: string
  readonly home: string
  /** How this system joins paths; by standard as the machine that runs this. */
  readonly join?: (...parts: string[]) => string
}

/** Describes the service of one clone and home. Throws INVALID_INPUT for a place that cannot be written down or is not allowed. */
export function describeService(place: Place): ServiceDescription {
  const { scope, node, root, home } = place
  const joined = place.join ?? join
  for (const path of [node, root, home]) assertWritable(path)
  if (scope === 'system' && !STATE_HOME.test(home))
    throw new SophiaError('INVALID_INPUT', {
      detail: `A service of the whole machine keeps its home right below ${STATE_FOLDER}, not in ${home}. Set SOPHIA_HOME to such a folder, or leave it away.`,
    })
  return {
    scope,
    about: 'Sophia: AI colleagues for business teams',
    node,
    words: [joined(root, 'scripts', 'service.mjs'), 'up'],
    root,
    home,
    // The account owns its home: what root reads for it lies where the account cannot put another file.
    environmentFile: scope === 'system' ? '/etc/sophia/service.env' : joined(home, 'service.env'),
    account: scope === 'system' ? SERVICE_ACCOUNT : null,
    limits: LIMITS,
  }
}

function assertWritable(path: string): void {
  // A line's end would begin a line of its own in a unit; the others end a path in one of the three forms.
  if (!/[\p{Cc}"<>|*?]/u.test(path)) return
  throw new SophiaError('INVALID_INPUT', {
    detail: `The path ${JSON.stringify(path)} has a character that service files cannot hold. Move it to a plainer one.`,
  })
}
