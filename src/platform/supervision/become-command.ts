import { spawn } from 'node:child_process'
import { SophiaError } from '#domain/errors.ts'
import type { Account } from './installed.ts'

/** What runs in the place of this process. */
interface Successor {
  readonly command: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string>>
  readonly account: Account | null
}

/**
 * Becomes another program, on the same terminal and folder: signals and exit code are its own. Where a process cannot be replaced it
 * waits for it, and answers its exit code. Throws NOT_PERMITTED when it is to run under another account and this is not root.
 */
export async function becomeCommand({ account, command, environment }: Successor): Promise<number> {
  const [program, ...words] = command
  if (process.platform === 'win32' || !process.execve) return runToEnd(program, words, environment)
  // As in the unit and in the agent.
  process.umask(0o077)
  const who = account === null ? {} : enter(account, environment['SOPHIA_HOME'] ?? '/')
  return process.execve(program, [program, ...words], { ...environment, ...who })
}

// Node has it, its types have not.
const withGroups = process as NodeJS.Process & { initgroups?: (user: string, group: string) => void }

/** Answers what names the account in an environment. */
function enter({ group, user }: Account, home: string): Record<string, string> {
  if (process.getuid?.() !== 0)
    throw new SophiaError('NOT_PERMITTED', {
      detail: `The service runs as ${user}, so only root runs its commands: sudo.`,
    })
  withGroups.initgroups?.(user, group)
  process.setgid?.(group)
  process.setuid?.(user)
  return { HOME: home, USER: user, LOGNAME: user }
}

function runToEnd(program: string, words: string[], env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(program, words, { env, stdio: 'inherit' })
  // Ctrl-C reaches it by the console; this one waits for its end.
  process.on('SIGINT', () => undefined)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
