/** A server in a process of its own that starts anew whenever what it is made of changes. */
import { spawn, type ChildProcess } from 'node:child_process'
import { watch, type FSWatcher } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

interface ServerWishes {
  /** The script first. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where it listens on loopback. */
  readonly port: number
  /** Files and folders it is made of. */
  readonly sources: readonly string[]
  readonly tell: (line: string) => void
}

export interface RestartingServer {
  /** Resolves once it takes connections; after a while also when it does not, as with a mistake in its code. */
  ready(): Promise<void>
  /** Ends it for good. */
  stop(): Promise<void>
}

/** Editors save in several steps. */
const QUIET_MS = 30
/** One that is still busy then is ended: whatever it worked on outlives that. */
const STOP_LIMIT_MS = 2000
const READY_LIMIT_MS = 20_000
const LOOK_MS = 10

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  isOver: boolean
}

/** A process that has loaded the packages stands by; its own code it loads while the old one ends. */
export function startRestartingServer(wishes: ServerWishes): RestartingServer {
  let isStopping = false
  let standby: Running | null = null
  const begin = (): Running => {
    const fresh = standby ?? prepare(wishes)
    standby = null
    fresh.child.send('begin')
    return fresh
  }
  let current = begin()
  let ready = untilReady(wishes, current)
  const watchers = wishes.sources.map((source) => watchSource(source, () => void restart()))
  follow(current)
  void ready.then(standBy)

  /** Says when it ends by itself; the next change starts it again. */
  function follow(running: Running): void {
    void running.ended.then((code) => {
      if (running !== current || isStopping) return
      wishes.tell(`The server ended (${code ?? 'by a signal'}). The next change starts it anew.`)
    })
  }
  async function restart(): Promise<void> {
    if (isStopping) return
    const startedMs = performance.now()
    const old = current
    const fresh = begin()
    current = fresh
    const over = end(old)
    ready = over.then(() => settle(fresh)).then((running) => untilReady(wishes, running))
    await ready
    if (fresh === current) standBy()
    if (!current.isOver && !isStopping) wishes.tell(`Restarted in ${Math.round(performance.now() - startedMs)} ms.`)
  }
  function standBy(): void {
    if (!isStopping && standby === null) standby = prepare(wishes)
  }
  /** One that found the place still taken by the old one is started once more. */
  function settle(fresh: Running): Running {
    if (fresh !== current) return current
    if (fresh.isOver && !isStopping) current = begin()
    follow(current)
    return current
  }
  return {
    ready: () => ready,
    async stop() {
      isStopping = true
      for (const watcher of watchers) watcher.close()
      await Promise.all([current, ...(standby ? [standby] : [])].map(end))
    },
  }
}

const AWAIT_WORD = join(import.meta.dirname, 'await-word.mjs')

function prepare({ args, environment }: ServerWishes): Running {
  const words = ['--disable-warning=ExperimentalWarning', AWAIT_WORD, ...args]
  const child = spawn(process.execPath, words, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...environment },
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null)).once('exit', (code) => resolve(code))
  })
  const running: Running = { child, ended, isOver: false }
  void ended.then(() => (running.isOver = true))
  return running
}

async function end({ child, ended }: Running): Promise<void> {
  child.kill('SIGTERM')
  const waiting = new AbortController()
  const impatient = delay(STOP_LIMIT_MS, undefined, { signal: waiting.signal }).then(
    () => child.kill('SIGKILL'),
    // It ended in time.
    () => undefined,
  )
  await ended
  waiting.abort()
  await impatient
}

async function untilReady({ port }: ServerWishes, running: Running): Promise<void> {
  for (const limitMs = performance.now() + READY_LIMIT_MS; performance.now() < limitMs && !running.isOver;) {
    if (await takesConnections(port)) return
    await delay(LOOK_MS)
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (isUp: boolean) => () => (socket.destroy(), resolve(isUp))
    socket.once('connect', settle(true)).once('error', settle(false))
  })
}

/** Tests and what editors leave beside a file are no part of the server. */
function watchSource(source: string, onChange: () => void): FSWatcher {
  let timer: NodeJS.Timeout | undefined
  return watch(source, { recursive: true }, (_event, name) => {
    if (name !== null && (!/\.(ts|sql|yaml)$/.test(name) || name.endsWith('.test.ts'))) return
    clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  })
}
