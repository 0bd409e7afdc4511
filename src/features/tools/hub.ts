import type { Clock } from '#domain/clock.ts'
import type { SecretBox } from '#platform/crypto/secret-box.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { createHistory, type History } from './history.ts'
import { createServerListReader } from './server-list.ts'
import type { ServerWatch, ServerWatchNeeds } from './server-watch.ts'
import { createStatusEvents, type StatusEvents } from './status-events.ts'
import { createWatchedServers } from './watched-servers.ts'

export interface HubNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly processId: string
  readonly version: string
  /** The operator's file of servers. */
  readonly file: string
  /** Hosts inside private networks that servers added on screen may lie on; those of the file are allowed by themselves. */
  readonly allowPrivate: readonly string[]
  readonly secrets: { get(): Promise<SecretBox> }
  /** What a child process inherits: the way to its programs and its home, nothing else. */
  readonly inherited: Readonly<Record<string, string>>
  readonly authProviderFor?: ServerWatchNeeds['authProviderFor'] | undefined
  readonly onCall?: ServerWatchNeeds['onCall']
  readonly onProbe?: ServerWatchNeeds['onProbe']
  readonly intervalFor?: ServerWatchNeeds['intervalFor']
  /** All pauses and limits times this; 1 outside tests. */
  readonly pace?: number
}

/** All servers under watch. */
export interface Hub {
  readonly events: StatusEvents
  readonly history: History
  start(): Promise<void>
  /** Looks at the file and the stored servers now. */
  reload(): Promise<void>
  watches(): readonly ServerWatch[]
  get(id: string): ServerWatch | undefined
  faults(): readonly string[]
  isRunning(): boolean
  lastSweepAt(): Date | null
  /** How late the last look at the servers was. */
  lagMs(): number
  close(): Promise<void>
}

const SWEEP_MS = 3000
const FLUSH_EVERY = 10

export function createHub(needs: HubNeeds): Hub {
  const { clock, log, pace = 1 } = needs
  const events = createStatusEvents()
  const history = createHistory({ ...needs, now: () => clock.now() })
  const list = createServerListReader(needs)
  const servers = createWatchedServers({ ...needs, pace, history, publish: events.publish })
  const closing = new AbortController()
  let sweepAt: Date | null = null
  let lagMs = 0
  let running: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()

  const keep = async (): Promise<void> => {
    const hasChanged = await servers.keep(await list.read())
    if (hasChanged) events.publish({ type: 'servers-changed', at: clock.now().toISOString() })
  }
  /** One after the other; each begins anew whatever became of the one before. */
  const reload = (): Promise<void> => {
    const done = last.then(keep)
    last = done.catch(() => undefined)
    return done
  }
  const reloadQuietly = (): Promise<void> =>
    reload().catch((error: unknown) => log.warn({ error }, 'the list of MCP servers could not be read'))
  const sweep = async (): Promise<void> => {
    for (let round = 1; !closing.signal.aborted; round += 1) {
      const dueMs = clock.monotonicMs() + SWEEP_MS * pace
      await clock.sleep(SWEEP_MS * pace, closing.signal)
      lagMs = Math.max(0, Math.round(clock.monotonicMs() - dueMs))
      sweepAt = clock.now()
      await reloadQuietly()
      if (round % FLUSH_EVERY !== 0) continue
      await history.flush().catch((error: unknown) => log.warn({ error }, 'the history of MCP servers was not written'))
    }
  }
  return {
    events,
    history,
    async start() {
      await reloadQuietly()
      // It ends only by the abort of `close`, which rejects its sleep.
      running ??= sweep().catch(() => undefined)
    },
    reload,
    watches: servers.all,
    get: servers.get,
    faults: list.faults,
    isRunning: () => running !== undefined && !closing.signal.aborted,
    lastSweepAt: () => sweepAt,
    lagMs: () => lagMs,
    async close() {
      closing.abort()
      await running
      await last
      await servers.keep([])
      await history.close()
    },
  }
}
