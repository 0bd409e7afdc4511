import { spawn } from 'node:child_process'
import type { Account } from './installed.ts'
import { requireReach } from './require-reach.ts'
import { becomeAccount } from './take-on-account.ts'

/** What runs in the place of this process. */
interface Successor {
  readonly command: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string>>
  readonly account: Account | null
  /** What it stands on: another account might not get there. */
  readonly needs: readonly string[]
}

/**
 * Becomes another program, on the same terminal and folder: signals and exit code are its own. Where a process cannot be replaced it
 * waits for it, and answers its exit code. Throws NOT_PERMITTED when it is to run under another account and this is not root, CONFLICT when
 * that account does not get to what it needs.
 */
export async function becomeCommand({ account, command, environment, needs }: Successor): Promise<number> {
  const [program, ...words] = command
  if (process.platform === 'win32' || !process.execve) return runToEnd(program, words, environment)
  // As in the unit and in the agent.
  process.umask(0o077)
  if (account !== null) {
    becomeAccount(account)
    requireReach(account, needs)
  }
  const who = account === null ? {} : namesOf(account, environment['SOPHIA_HOME'] ?? '/')
  return process.execve(program, [program, ...words], { ...environment, ...who })
}

/** What names the account in an environment. */
function namesOf({ user }: Account, home: string): Record<string, string> {
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
