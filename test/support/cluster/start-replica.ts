import { mkdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import type { Ended, Program } from '../program.ts'
import { launchSophia } from '../sophia-process.ts'

type Settings = Readonly<Record<string, string>>

/** One of several Sophias behind a balancer. Its port stays the same over restarts. */
export interface Replica {
  readonly name: string
  readonly port: number
  /** Where it answers by itself, past the balancer. */
  readonly url: string
  /** Of the process that runs, or ran last. */
  pid(): number
  /** Starts it, with these settings beyond its usual ones, and waits until it is ready. Throws with what it said when it ends before. */
  start(more?: Settings): Promise<void>
  /** The same without waiting. */
  launch(more?: Settings): void
  untilReady(): Promise<void>
  isRunning(): boolean
  /** SIGKILL, until it is gone. */
  kill(): Promise<Ended>
  /** SIGTERM, until it has ended by itself. */
  term(): Promise<Ended>
  /** SIGSTOP: it hangs, and its sockets stay open. */
  stop(): void
  /** SIGCONT. */
  cont(): void
  /** What the process that runs, or ran last, wrote. */
  output(): string
}

interface ReplicaNeeds {
  readonly name: string
  /** A folder of its own: what it keeps outside the database. */
  readonly home: string
  readonly settings: Settings
  /** Of another copy of the program than this one. */
  readonly root?: string | undefined
}

/** Much longer than any start takes. */
const READY_LIMIT_MS = 120_000

/** Prepares a replica; it runs from its first `start` or `launch` on. Whoever made it ends it. */
export async function createReplica({ name, home, settings, root }: ReplicaNeeds): Promise<Replica> {
  await mkdir(home, { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let program: Program | undefined
  const running = (): Program => {
    if (!program) throw new Error(`The replica ${name} was never started.`)
    return program
  }
  const launch = (more: Settings = {}): void => {
    if (program && !program.isOver()) throw new Error(`The replica ${name} runs already.`)
    const own = { SOPHIA_HOME: home, SOPHIA_PORT: String(port) }
    program = launchSophia(['up'], { ...settings, ...more, ...own }, { isDetached: true, root })
  }
  const untilReady = async (): Promise<void> => {
    for (const deadlineMs = performance.now() + READY_LIMIT_MS; performance.now() < deadlineMs; await delay(50)) {
      if (running().isOver()) break
      if (await isReady(url)) return
    }
    throw new Error(`The replica ${name} does not get ready:\n${running().output()}`)
  }
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    running().kill(signal)
    // A frozen one hears of it once it is thawed.
    running().kill('SIGCONT')
    return running().ended
  }
  return {
    name,
    port,
    url,
    pid: () => running().pid,
    launch,
    untilReady,
    start: (more) => {
      launch(more)
      return untilReady()
    },
    isRunning: () => program !== undefined && !program.isOver(),
    kill: () => end('SIGKILL'),
    term: () => end('SIGTERM'),
    stop: () => running().kill('SIGSTOP'),
    cont: () => running().kill('SIGCONT'),
    output: () => running().output(),
  }
}

/** Whether a Sophia, or a balancer with one behind it, takes traffic at this address. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) })
    await answer.arrayBuffer()
    return answer.status === 200
  } catch {
    // Nobody listens yet.
    return false
  }
}
