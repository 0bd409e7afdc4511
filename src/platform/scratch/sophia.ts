import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { askSophia } from './client.ts'
import type { Crew, ScratchProgram } from './crew.ts'
import { findFreePort } from './line.ts'
import { killEngineOf } from './postgres.ts'

type Settings = Readonly<Record<string, string>>

const MAIN = join(PACKAGE_ROOT, 'src/main.ts')
/** What is not ready by then misses every target there is. */
const READY_LIMIT_MS = 300_000
const STOP_LIMIT_MS = 15_000

/** One process of the very program that rehearses, on a loopback port that stays the same. */
export interface ScratchSophia {
  readonly name: string
  readonly url: string
  readonly home: string
  /** Empty, if it is not there. */
  makeHome(): Promise<void>
  /** Until it takes traffic. Throws with what it said when it ends before. */
  start(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** The built-in PostgreSQL of its home as well, as the end of the machine would. */
  killEngine(): Promise<void>
  /** In order, with whatever it leaves; one that takes too long about it is killed. */
  stop(): Promise<void>
  isReady(): Promise<boolean>
  pid(): number
  /** Another command on its home, to its end. Throws with what it said when it fails. */
  command(...args: string[]): Promise<void>
}

interface SophiaNeeds {
  readonly name: string
  readonly home: string
  readonly crew: Crew
  /** The whole environment but home and port. */
  readonly settings: Settings
  readonly signal: AbortSignal
}

/** Prepares a process; it runs from its first `start` on. */
export async function createScratchSophia(needs: SophiaNeeds): Promise<ScratchSophia> {
  const { name, home, crew, settings, signal } = needs
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  let program: ScratchProgram | undefined
  const launch = (args: readonly string[]): ScratchProgram =>
    crew.start(process.execPath, ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8', MAIN, ...args], {
      env: { ...settings, SOPHIA_HOME: home, SOPHIA_HOST: '127.0.0.1', SOPHIA_PORT: String(port) },
    })
  const makeHome = async (): Promise<void> => {
    await mkdir(home, { recursive: true })
    await chmod(home, 0o711)
  }
  const isReady = (): Promise<boolean> =>
    askSophia({ url, path: '/readyz' }).then(
      ({ status }) => status === 200,
      () => false,
    )
  return {
    name,
    url,
    home,
    isReady,
    pid: () => program?.pid ?? 0,
    makeHome,
    async start() {
      await makeHome()
      const started = launch(['up'])
      program = started
      for (const deadlineMs = performance.now() + READY_LIMIT_MS; performance.now() < deadlineMs;) {
        signal.throwIfAborted()
        if (started.isOver()) break
        // One look after the other.
        // oxlint-disable-next-line no-await-in-loop
        if (await isReady()) return
        // oxlint-disable-next-line no-await-in-loop
        await delay(100)
      }
      throw new Error(`${name} does not get ready: ${started.words().slice(-1500)}`)
    },
    async kill() {
      program?.signal('SIGKILL')
      await program?.ended
    },
    killEngine: () => killEngineOf(home),
    async stop() {
      const timer = setTimeout(() => program?.signal('SIGKILL'), STOP_LIMIT_MS)
      program?.signal('SIGTERM')
      await program?.ended
      clearTimeout(timer)
      await killEngineOf(home)
    },
    async command(...args) {
      const ended = launch(args)
      const how = await ended.ended
      if (how !== 'exit code 0') throw new Error(`sophia ${args[0]} failed (${how}): ${ended.words().slice(-1500)}`)
    },
  }
}
