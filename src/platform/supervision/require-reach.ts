import { closeSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SophiaError } from '#domain/errors.ts'
import type { Account } from './installed.ts'
import { withRightsOf } from './take-on-account.ts'

/**
 * By root, before a service is installed: a unit is shown a clone in somebody's home, but its account has to get there outside the unit,
 * too, or no backup could be restored. Throws CONFLICT.
 */
export function requireReachOf(account: Account, paths: readonly string[]): void {
  withRightsOf(account, () => requireReach(account, paths))
}

/** By the account itself: that it gets to Node and the clone. What is not there at all is told by who looks for it. Throws CONFLICT. */
export function requireReach({ user }: Pick<Account, 'user'>, paths: readonly string[]): void {
  for (const path of paths) {
    const place =
      wayTo(path).find((folder) => isClosed(() => statSync(`${folder}/.`))) ?? (isClosed(() => read(path)) && path)
    if (!place) continue
    const passage = place === path ? '' : `, or let it through: chmod o+x ${place}`
    throw new SophiaError('CONFLICT', {
      detail:
        `${user}, the account of the service, cannot get to ${path}: ${place} is closed to it. No command of the service could be run, a restore ` +
        'among them. Have clone and Node where every account gets in, such as /opt/sophia and /usr/local, and run there: ' +
        `sudo npx sophia service install${passage}`,
    })
  }
}

/** Every folder above it, the outermost first. */
function wayTo(path: string): string[] {
  const folder = dirname(path)
  return folder === path ? [] : [...wayTo(folder), folder]
}

function read(path: string): void {
  closeSync(openSync(path, 'r'))
}

/** By trying: rights come from modes, groups and lists of access alike. */
function isClosed(attempt: () => unknown): boolean {
  try {
    attempt()
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')
  }
}
