import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A script of ours in a process of its own, which answers in lines of JSON. */
export interface ScriptProcess {
  readonly child: ChildProcess
  readonly pid: number
  /** The next line it says. Throws when it ends without one. */
  nextLine(): Promise<string>
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Runs TypeScript source text as a module in a child of its own; `import` by `#...` works as in the project. */
export function runScript(source: string, args: readonly string[] = [], options: { uid?: number } = {}): ScriptProcess {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', source, '--', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: new URL('../..', import.meta.url),
    ...options,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    child,
    pid: child.pid ?? 0,
    nextLine: async () => {
      const next = await lines.next()
      if (next.done) throw new Error(`the child ended without a word (exit code ${child.exitCode})`)
      return next.value
    },
    kill: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}
