import { SophiaError } from '#domain/errors.ts'
import type { Account } from './installed.ts'

// Node has it, its types have not.
const withGroups = process as NodeJS.Process & { initgroups?: (user: string, group: string) => void }

/** Makes this process the account's for good. Throws NOT_PERMITTED where this is not root. */
export function becomeAccount({ group, user }: Account): void {
  if (process.getuid?.() !== 0)
    throw new SophiaError('NOT_PERMITTED', {
      detail: `The service runs as ${user}, so only root runs its commands: sudo.`,
    })
  withGroups.initgroups?.(user, group)
  process.setgid?.(group)
  process.setuid?.(user)
}

/** Nobody's: of one that is made later no file is either. */
const STRANGER = 65_534

/** Does something with the rights of the account, and is root again; with those of a stranger where there is no such account yet. Only for root. */
export function withRightsOf<Result>(account: Account, work: () => Result): Result {
  const groups = process.getgroups?.() ?? []
  try {
    takeOn(account)
    return work()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
    process.setgroups?.(groups)
  }
}

function takeOn({ group, user }: Account): void {
  try {
    withGroups.initgroups?.(user, group)
    process.setegid?.(group)
    process.seteuid?.(user)
  } catch (error) {
    if (!isUnknown(error)) throw error
    process.setgroups?.([])
    process.setegid?.(STRANGER)
    process.seteuid?.(STRANGER)
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_CREDENTIAL'
}
