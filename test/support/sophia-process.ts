import { spawn, spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
/** A machine that runs other tests beside this one may take its time to start a database. */
const START_LIMIT_MS = 60_000

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  readonly ms: number
}

export interface SophiaProcess {
  readonly pid: number
  /** Where it answers. Throws with all it said when it ends before. */
  address(): Promise<string>
  /** Waits until it has said something like this, on either stream. */
  said(pattern: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

type Settings = Readonly<Record<string, string>>

/** Runs the real program. Settings of the surrounding environment do not reach it. */
export function startSophia(args: readonly string[], settings: Settings): SophiaProcess {
  const startedMs = performance.now()
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => ['PATH', 'HOME', 'TMPDIR', 'NODE_COMPILE_CACHE'].includes(name)),
  )
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...inherited, SOPHIA_PORT: '0', SOPHIA_MODEL: 'playbook', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  let isOver = false
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => {
      isOver = true
      resolve({ code, signal, out, err, ms: performance.now() - startedMs })
    }),
  )
  after(async () => {
    child.kill('SIGCONT')
    child.kill('SIGTERM')
    await ended
  })
  async function said(pattern: RegExp): Promise<string> {
    for (const deadline = performance.now() + START_LIMIT_MS; performance.now() < deadline; await delay(20)) {
      const found = pattern.exec(`${out}\n${err}`)
      if (found) return found[1] ?? found[0]
      if (isOver) break
    }
    throw new Error(`it never said ${String(pattern)}, but:\n${out}\n${err}`)
  }
  return {
    pid: child.pid ?? 0,
    ended,
    said,
    address: () => said(/Sophia is up at (http:\S+)/),
    kill: (signal) => void child.kill(signal),
  }
}

/** Runs a command to its end. */
export function runSophia(args: readonly string[], settings: Settings): Promise<Ended> {
  return startSophia(args, settings).ended
}

/** A folder that the database's own account may pass through, as a home must be; removed after the file. */
export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'sophia-process-'))
  chmodSync(home, 0o711)
  after(async () => {
    await stopEngineOf(home)
    await rm(home, { recursive: true, force: true })
  })
  return home
}

/** The postmaster of a home's own database, if one runs. */
export async function enginePidOf(home: string): Promise<number | undefined> {
  const text = await readFile(join(home, 'data/postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  return pid > 0 && isAlive(pid) ? pid : undefined
}

/** What a killed Sophia left running, for tests that end that way. */
async function stopEngineOf(home: string): Promise<void> {
  const pid = await enginePidOf(home)
  if (pid === undefined) return
  for (const member of familyOf(pid)) process.kill(member, 'SIGCONT')
  if (isAlive(pid)) process.kill(pid, 'SIGQUIT')
  while (isAlive(pid)) await delay(20)
}

/** The postmaster with all its backends: stopping it alone would leave them answering. */
export function familyOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return [pid, ...pairs.filter(([, parent]) => parent === pid).map(([child = 0]) => child)]
}

/** Alive and no zombie that only waits to be counted. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z')
}

/** All files of a folder that are text of ours, for looking for secrets in them. */
export async function readLogs(home: string): Promise<string> {
  const names = await readdir(join(home, 'logs')).catch(() => [])
  const texts = await Promise.all(names.map((name) => readFile(join(home, 'logs', name), 'utf8')))
  return texts.join('\n')
}
