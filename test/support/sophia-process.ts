import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { lookAtWords, plantSettings } from './canaries.ts'
import { startProgram, type Ended, type Program } from './program.ts'

const ROOT = join(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'src/main.ts')

export interface SophiaProcess extends Program {
  /** Where it answers. Throws with all it said when it ends before. */
  address(): Promise<string>
}

type Settings = Readonly<Record<string, string>>

/** Runs the real program until the test file ends. Settings of the surrounding environment do not reach it. */
export function startSophia(args: readonly string[], settings: Settings): SophiaProcess {
  const program = launchSophia(args, settings)
  after(async () => {
    program.kill('SIGCONT')
    program.kill('SIGTERM')
    await program.ended
  })
  return { ...program, address: () => program.said(/Sophia is up at (http:\S+)/) }
}

interface LaunchWishes {
  readonly isDetached?: boolean
  /** Of another copy of the program than this one. */
  readonly root?: string | undefined
}

/** The real program, for those who end it themselves. */
export function launchSophia(args: readonly string[], settings: Settings, how: LaunchWishes = {}): Program {
  // As `npm start` sets it: what was compiled once is compiled for all.
  const compiled = process.env['NODE_COMPILE_CACHE'] ?? join(ROOT, 'node_modules/.cache/compile')
  const environment = { NODE_COMPILE_CACHE: compiled, SOPHIA_PORT: '0', SOPHIA_MODEL: 'playbook', ...settings }
  const main = how.root === undefined ? MAIN : join(how.root, 'src/main.ts')
  const program = startProgram(process.execPath, [main, ...args], { environment, isDetached: how.isDetached ?? false })
  plantSettings(settings)
  return { ...program, ended: program.ended.then(looked) }
}

/** No secret of its settings may be among its words, and it may have forgotten no connection to the database. */
function looked(ended: Ended): Ended {
  const words = `${ended.out}\n${ended.err}`
  lookAtWords(words)
  const [leak] = /connections were not given back[^]{0,2000}/.exec(words) ?? []
  if (leak !== undefined) throw new Error(`a Sophia that ended: ${leak}`)
  return ended
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
    // The second process of one that was killed may write its last line meanwhile.
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })
  return home
}

/** The postmaster of a home's own database, if one runs. */
export async function enginePidOf(home: string): Promise<number | undefined> {
  const text = await readFile(join(home, 'data/postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  // 1 is no database of anybody's, whatever a test wrote there.
  return pid > 1 && isAlive(pid) ? pid : undefined
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

/** The second process that watches a server; undefined when there is none. */
export function watchdogOf(pid: number): number | undefined {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const found = stdout.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s.*watchdog-process/.exec(line))
  const [, child] = found.find((match) => Number(match?.[2]) === pid) ?? []
  return child === undefined ? undefined : Number(child)
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
