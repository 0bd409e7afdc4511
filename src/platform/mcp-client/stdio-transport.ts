import { spawn, type ChildProcess } from 'node:child_process'
import { ReadBuffer, serializeMessage, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client'

export interface StdioCommand {
  readonly command: string
  readonly args: readonly string[]
  /** Besides PATH, HOME and the like, all that the child gets of an environment. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string | undefined
}

export interface StdioTransport extends Transport {
  readonly pid: () => number | null
  /** The end of what the child wrote to its error stream. */
  readonly lastWords: () => string
}

interface StdioOptions {
  readonly inherited: Readonly<Record<string, string>>
  readonly maxMessageBytes: number
  readonly onExit: (code: number | null, signal: string | null) => void
}

const STOP_STEP_MS = 2000
const LAST_WORDS_BYTES = 2048

/**
 * Runs the command in a process group of its own, beside a watcher that ends the whole group when the fourth pipe closes:
 * so neither the child nor its children outlive this process, whatever ends it.
 */
const LAUNCH = '( exec <&3 >/dev/null 2>&1 3<&-; cat; kill -9 -$$ ) & exec 3<&-; exec "$@"'

/** A server as a child process that speaks over its standard streams. */
export function createStdioTransport(command: StdioCommand, options: StdioOptions): StdioTransport {
  const buffer = new ReadBuffer({ maxBufferSize: options.maxMessageBytes })
  let child: ChildProcess | undefined
  let lastWords = ''
  const transport: StdioTransport = {
    pid: () => child?.pid ?? null,
    lastWords: () => lastWords.trim(),
    start: () =>
      new Promise((resolve, reject) => {
        const started = launch(command, options.inherited)
        child = started
        started.once('error', reject)
        started.once('spawn', () => resolve())
        started.once('exit', (code, signal) => {
          endGroup(started, 'SIGKILL')
          options.onExit(code, signal)
        })
        started.once('close', () => transport.onclose?.())
        started.stderr?.on('data', (chunk: Buffer) => {
          lastWords = (lastWords + chunk.toString('utf8')).slice(-LAST_WORDS_BYTES)
        })
        // A child that is gone breaks the pipe; its exit says more.
        started.stdin?.on('error', () => undefined)
        started.stdout?.on('data', (chunk: Buffer) => take(chunk))
      }),
    send: (message) => write(child, message),
    close: () => stop(child),
  }
  function take(chunk: Buffer): void {
    try {
      buffer.append(chunk)
    } catch (error) {
      // A line longer than the limit: nothing after it can be trusted.
      transport.onerror?.(toError(error))
      if (child) endGroup(child, 'SIGKILL')
      return
    }
    while (true) {
      try {
        const message = buffer.readMessage()
        if (message === null) return
        transport.onmessage?.(message)
      } catch (error) {
        // A line that is no message, such as a greeting: said, and passed over.
        transport.onerror?.(toError(error))
      }
    }
  }
  return transport
}

function launch({ command, args, env, cwd }: StdioCommand, inherited: Readonly<Record<string, string>>): ChildProcess {
  const place = cwd === undefined ? {} : { cwd }
  const environment = { ...inherited, ...env }
  if (process.platform === 'win32')
    return spawn(command, args, { ...place, env: environment, stdio: 'pipe', windowsHide: true })
  return spawn('/bin/sh', ['-c', LAUNCH, 'sophia-mcp', command, ...args], {
    ...place,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
}

function write(child: ChildProcess | undefined, message: JSONRPCMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!child?.stdin?.writable) return reject(new Error('The server process has ended.'))
    child.stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()))
  })
}

/** Asks first: the end of its input, then a signal, then the end of its whole group. */
async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const isGone = (): Promise<boolean> => within(gone, STOP_STEP_MS)
  child.stdin?.end()
  if (await isGone()) return
  endGroup(child, 'SIGTERM')
  if (await isGone()) return
  endGroup(child, 'SIGKILL')
  await isGone()
}

function within(gone: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  return Promise.race([gone.then(() => true), late]).finally(() => clearTimeout(timer))
}

function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal)
  } catch {
    // Nobody is left in the group.
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
