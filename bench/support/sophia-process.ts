import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '../..')
const READY_LIMIT_MS = 60_000

export interface Served {
  readonly url: string
  readonly pid: number
  /** From the start of the process to its first good answer. */
  readonly readyMs: number
  stop(): Promise<void>
}

/** A home that the built-in PostgreSQL's account may pass through. */
export async function makeBenchHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'sophia-bench-'))
  await chmod(home, 0o711)
  return home
}

export function removeHome(home: string): Promise<void> {
  return rm(home, { recursive: true, force: true })
}

/** The real program on a home, started as `npm start` starts it once everything is installed. */
export function serveSophia(home: string, settings: Readonly<Record<string, string>> = {}): Promise<Served> {
  return serve({
    args: ['--max-semi-space-size=8', join(ROOT, 'src/main.ts'), 'up'],
    settings: { SOPHIA_HOME: home, SOPHIA_LOG_LEVEL: 'error', SOPHIA_MODEL: 'playbook', ...settings },
    path: '/readyz',
  })
}

/** Runs a server of one file of source text, as the floor to compare with; it reads its port from SOPHIA_PORT. */
export function serveScript(source: string): Promise<Served> {
  return serve({ args: ['--input-type=module', '--eval', source], settings: {}, path: '/' })
}

interface Wanted {
  readonly args: readonly string[]
  readonly settings: Readonly<Record<string, string>>
  readonly path: string
}

async function serve({ args, settings, path }: Wanted): Promise<Served> {
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const startedMs = performance.now()
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: {
      NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compile'),
      PATH: process.env['PATH'],
      ...settings,
      SOPHIA_PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await waitUntilReady(`${url}${path}`, child)
  const readyMs = performance.now() - startedMs
  const stop = async (): Promise<void> => {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  return { url, pid: child.pid ?? 0, readyMs, stop }
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = performance.now() + READY_LIMIT_MS; performance.now() < deadline; await delay(5)) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    if ((await statusOf(url)) === 200) return
  }
  child.kill('SIGTERM')
  throw new Error('the server does not get ready')
}

/** Not fetch: each try is a new connection, and none is kept. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.once('error', () => resolve(0))
    asked.end()
  })
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

const TICKS_PER_SECOND = 100

/** CPU time a process has used so far, in milliseconds; undefined where the system has no /proc. */
export function cpuMsOf(pid: number): number | undefined {
  try {
    // The name in parentheses may hold spaces; utime and stime are the 14th and 15th fields of the line.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
  } catch {
    // not Linux: the figure is left out
    return undefined
  }
}
