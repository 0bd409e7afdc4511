import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { ENGINE_USER, explainEngineFault, SOCKET_PORT, spawnAs, type Cluster } from './cluster-files.ts'
import type { EngineFiles } from './engine-files.ts'
import { findProcess } from '#platform/process-table.ts'
import { needsWholeJournal } from './journal-needs.ts'
import type { UnprivilegedAccount } from './unprivileged-account.ts'

export interface EngineLaunch {
  readonly engine: EngineFiles
  readonly cluster: Cluster
  readonly account: UnprivilegedAccount | undefined
  /** Loopback port on Windows; elsewhere only part of the socket's name. */
  readonly port: number
  /** False only in tests: a crash of the machine may then damage the cluster. */
  readonly isDurable: boolean
  /** Only in drills: a standby follows it, or it is that standby. */
  readonly hasStandby?: boolean
}

/** A running postmaster, ours or adopted. */
export interface EngineProcess {
  readonly pid: number
  /** Settles when the process is gone, with what is known of why. */
  readonly gone: Promise<string>
  /** Where in the log its own words begin. */
  readonly logStart: number
}

const POLL_MS = 20
/** Crash recovery after a power cut may replay a lot; a server that says it is starting gets this long. */
const RECOVERY_LIMIT_MS = 10 * 60_000
const FAST_STOP_LIMIT_MS = 15_000
const IMMEDIATE_STOP_LIMIT_MS = 5_000

export function connectionTo(launch: Pick<EngineLaunch, 'cluster' | 'port'>, database: string): pg.ClientConfig {
  const { cluster, port } = launch
  return { host: cluster.socketFolder ?? '127.0.0.1', port, user: ENGINE_USER, password: cluster.password, database }
}

/** Starts a postmaster in its own process group, so that Ctrl-C on the terminal reaches Sophia alone. */
export function spawnEngine(launch: EngineLaunch): EngineProcess {
  const log = openSync(launch.cluster.logFile, 'a', 0o600)
  const logStart = fstatSync(log).size
  try {
    const child = spawn(launch.engine.postgres, engineArguments(launch), {
      ...spawnAs(launch.account),
      cwd: launch.engine.root,
      detached: true,
      windowsHide: true,
      // The file itself and no pipe: the engine must be able to go on writing when Sophia is killed.
      stdio: ['ignore', log, log],
    })
    return { pid: child.pid ?? 0, gone: whenGone(child), logStart }
  } finally {
    closeSync(log)
  }
}

function whenGone(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `exit code ${code ?? 'unknown'}`))
  })
}

function engineArguments(launch: EngineLaunch): string[] {
  const { cluster, port, isDurable } = launch
  const settings: Record<string, string> = {
    listen_addresses: cluster.socketFolder === undefined ? '127.0.0.1' : '',
    port: String(port),
    // Two test files at once open many small deployments.
    max_connections: isDurable ? '100' : '300',
    shared_buffers: '128MB',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    fsync: isDurable ? 'on' : 'off',
    synchronous_commit: isDurable ? 'on' : 'off',
    full_page_writes: isDurable ? 'on' : 'off',
    // Statements may hold what people wrote; the log keeps only what went wrong.
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
  }
  // Nobody follows it, and it archives nothing: what fills a table that its transaction made or emptied skips the journal.
  if (!launch.hasStandby && !needsWholeJournal(cluster.folder))
    Object.assign(settings, { wal_level: 'minimal', max_wal_senders: '0' })
  if (cluster.socketFolder !== undefined) {
    settings['unix_socket_directories'] = cluster.socketFolder
    settings['unix_socket_permissions'] = '0700'
  }
  return ['-D', cluster.folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** Waits until the engine takes connections. Throws with the end of its log when it dies or stays silent. */
export async function waitUntilReady(launch: EngineLaunch, started: EngineProcess): Promise<void> {
  const deadline = performance.now() + RECOVERY_LIMIT_MS
  let death: string | undefined
  void started.gone.then((reason) => {
    death = reason
  })
  for (;;) {
    const answer = await tryConnect(connectionTo(launch, 'postgres'))
    if (answer === 'ready') return
    if (death !== undefined) {
      throw explainEngineFault(readLogFrom(launch.cluster.logFile, started.logStart), `it ended at once (${death})`)
    }
    if (answer instanceof Error) throw explainEngineFault(answer, 'it refuses the password in postgres.password')
    if (performance.now() > deadline) throw explainEngineFault('no answer', 'it does not get ready')
    await delay(POLL_MS)
  }
}

/** `ready`, `not-yet`, or the error of a server that will never let us in. */
export async function tryConnect(connection: pg.ClientConfig): Promise<'ready' | 'not-yet' | Error> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5000 })
  // A connection that breaks after the answer has nobody left to tell.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return 'ready'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // 28xxx: authentication failed; 3Dxxx: no such database
    return error instanceof Error && /^(28|3D)/.test(code) ? error : 'not-yet'
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Fast shutdown (a clean checkpoint), then an immediate one, then the kill that crash recovery is made for. */
export async function stopEngine(
  launch: Pick<EngineLaunch, 'engine' | 'cluster'>,
  running: EngineProcess,
): Promise<void> {
  // One that could not be spawned has no number, and 0 would mean this process with all of its group.
  if (running.pid === 0) return
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', FAST_STOP_LIMIT_MS],
    ['SIGQUIT', IMMEDIATE_STOP_LIMIT_MS],
    ['SIGKILL', IMMEDIATE_STOP_LIMIT_MS],
  ]
  for (const [signal, limitMs] of steps) {
    sendStop(launch, running.pid, signal)
    const waiting = new AbortController()
    const isGone = await Promise.race([
      running.gone.then(() => true),
      delay(limitMs, false, { signal: waiting.signal }),
    ])
    waiting.abort()
    if (isGone) return
  }
}

function sendStop(launch: Pick<EngineLaunch, 'engine' | 'cluster'>, pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32' && signal !== 'SIGKILL') {
    // Windows has no signals; pg_ctl speaks to the engine through its named pipe.
    const mode = signal === 'SIGINT' ? 'fast' : 'immediate'
    execFile(launch.engine.pgCtl, ['stop', '-W', '-m', mode, '-D', launch.cluster.folder], () => undefined)
    return
  }
  try {
    process.kill(pid, signal)
  } catch {
    // already gone, which is what was wanted
  }
}

/** An engine that another Sophia started: no exit event comes for it, so it is looked at twice a second. */
export function watchForeignEngine(pid: number, startedAt: string): EngineProcess {
  const gone = (async () => {
    for (;;) {
      const found = await findProcess(pid)
      if (found?.startedAt !== startedAt) return 'adopted engine ended'
      await delay(250, undefined, { ref: false })
    }
  })()
  return { pid, gone, logStart: 0 }
}

export const defaultPort = SOCKET_PORT

/** The newest 4 KB of what the engine logged since `from`. */
function readLogFrom(path: string, from: number): string {
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const start = Math.max(Math.min(from, size), size - 4096)
    const buffer = Buffer.alloc(size - start)
    readSync(file, buffer, 0, buffer.length, start)
    return buffer.toString('utf8')
  } finally {
    closeSync(file)
  }
}
