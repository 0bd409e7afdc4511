import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

/** How a program ended and all it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  readonly ms: number
}

/** A program at work beside this process. */
export interface Program {
  readonly pid: number
  readonly ended: Promise<Ended>
  isOver(): boolean
  /** What it said so far, on both streams; of very long talk the newest part. */
  output(): string
  /** Waits until it has said something like this, on either stream. Throws with all it said when it ends before. */
  said(pattern: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
}

interface Launch {
  readonly environment?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** In a process group of its own, so that Ctrl-C on a terminal reaches this process alone. */
  readonly isDetached?: boolean
}

/** A machine that runs other tests beside this one may take its time to start a program. */
const SAY_LIMIT_MS = 120_000
const MOST_OUTPUT = 4_000_000

/** Starts a program; of the surrounding environment it gets the way to programs and a home, and nothing else. */
export function startProgram(path: string, args: readonly string[], launch: Launch = {}): Program {
  const startedMs = performance.now()
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => ['PATH', 'HOME', 'TMPDIR'].includes(name)),
  )
  const child = spawn(path, args, {
    env: { ...inherited, ...launch.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: launch.isDetached ?? false,
    ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }),
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out = (out + chunk.toString()).slice(-MOST_OUTPUT)))
  child.stderr.on('data', (chunk: Buffer) => (err = (err + chunk.toString()).slice(-MOST_OUTPUT)))
  let isOver = false
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => (err += error.message))
    child.once('close', (code, signal) => {
      isOver = true
      resolve({ code, signal, out, err, ms: performance.now() - startedMs })
    })
  })
  const output = (): string => `${out}\n${err}`
  async function said(pattern: RegExp): Promise<string> {
    for (const deadline = performance.now() + SAY_LIMIT_MS; performance.now() < deadline; await delay(20)) {
      const found = pattern.exec(output())
      if (found) return found[1] ?? found[0]
      if (isOver) break
    }
    throw new Error(`it never said ${String(pattern)}, but:\n${output()}`)
  }
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal)
  return { pid: child.pid ?? 0, ended, isOver: () => isOver, output, said, kill }
}
