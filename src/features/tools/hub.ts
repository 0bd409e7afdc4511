import type { Clock } from '#domain/clock.ts'
import type { SecretBox } from '#platform/crypto/secret-box.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { Wakeups } from '#platform/wakeups/wakeups.ts'
import { createHistory, type History } from './history.ts'
import { createPulse } from './pulse.ts'
import { createProberLeases } from './prober-leases.ts'
import { createServerListReader } from './server-list.ts'
import type { ServerWatch, ServerWatchNeeds } from './server-watch.ts'
import { createSharedFeed } from './shared-feed.ts'
import { advanceSequence, type ReportKey } from './shared-store.ts'
import { createStatusEvents, type StatusEvents } from './status-events.ts'
import { createWatchedServers } from './watched-servers.ts'

export interface HubNeeds {
  readonly database: Database
  /** Beside it, for the right to ask servers: whoever fills the pool with other work must not let it run out. */
  readonly keeping?: Pick<Database, 'read'> | undefined
  readonly clock: Clock
  readonly log: Log
  readonly processId: string
  /** To hear at once of what another process stored; without, the next pulse finds it. */
  readonly wakeups?: Pick<Wakeups, 'tell' | 'hear'> | undefined
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
  readonly onBreakerOpened?: ServerWatchNeeds['onBreakerOpened']
  readonly intervalFor?: ServerWatchNeeds['intervalFor']
  /** All pauses and limits times this; 1 outside tests. */
  readonly pace?: number
}

/** All servers under watch. */
export interface Hub {
  readonly events: StatusEvents
  readonly history: History
  start(): Promise<void>
  /** After a change of the list: it is read now, here and by the others. Servers that went may still be on their way out. */
  reload(): Promise<void>
  /** Resolves once nothing more is done with a server that was there. */
  ended(id: string): Promise<void>
  /** Looks now at what other processes changed; for whoever is told that they did. Never rejects. */
  look(): Promise<void>
  watches(): readonly ServerWatch[]
  get(id: string): ServerWatch | undefined
  faults(): readonly string[]
  isRunning(): boolean
  /** How many servers this process asks. */
  probing(): number
  /** The clock that reports go by, in milliseconds. */
  nowMs(): number
  /** When this process last read what all of them know. */
  asOf(): Date | null
  lastSweepAt(): Date | null
  /** How late the last look at the servers was. */
  lagMs(): number
  close(): Promise<void>
}

/** What others changed is known here after so long at most, and what is answered is no older. */
const PULSE_MS = 1000
/** By itself: a look that waits for a connection must not keep a lease from being renewed. */
const RENEW_MS = 2000
/** Of pulses: when the list of servers is read again, when what is too old is removed. */
const RELOAD_EVERY = 3
const SWEEP_EVERY = 60
/** Something is stored that others look for. */
const TOPIC = 'mcp'

/** What keeps servers under watch in step with other processes. `onChanged`: the list of servers is another. */
function createParts(needs: HubNeeds, pace: number, onChanged: () => Promise<void>) {
  const { log } = needs
  const events = createStatusEvents()
  const warn = (error: unknown): void =>
    log.warn({ error }, 'something of MCP servers was not done in step with other processes')
  const feed = createSharedFeed(needs, {
    onReport: (row) => watchOf(row)?.adopt(row),
    onMark: async ({ serverId }, changed) => servers.get(serverId)?.lookAgain(changed).catch(warn),
    onMinutes: (rows) => history.takeMinutes(rows),
    onEvent: async (told) => {
      events.publish(told)
      if (told.event.type === 'servers-changed') await onChanged()
    },
    onStepBack: () => {
      for (const { state } of servers.all()) state.keeper.stepBack()
    },
    onEventsAnew: (told) => {
      events.stepBack(told)
      return onChanged()
    },
  })
  const history = createHistory({ ...needs, now: () => new Date(feed.nowMs()) })
  const leases = createProberLeases({ ...needs, pace, onTaken: (key) => watchOf(key)?.wake() })
  const tell = (): void => {
    void feed.look()
    needs.wakeups?.tell(TOPIC)
  }
  const shared = { pace, history, nowMs: feed.nowMs, mayProbe: leases.of, onStored: tell }
  const servers = createWatchedServers({ ...needs, ...shared })
  const watchOf = ({ serverId, setup }: ReportKey): ServerWatch | undefined => {
    const watch = servers.get(serverId)
    return watch?.state.keeper.key.setup === setup ? watch : undefined
  }
  const renew = (): Promise<void> =>
    leases.renew(servers.all().flatMap(({ state }) => (state.definition.isEnabled ? [state.keeper.key] : [])))
  return { events, feed, history, leases, servers, renew, tell, warn }
}

export function createHub(needs: HubNeeds): Hub {
  const { clock, log, pace = 1 } = needs
  const list = createServerListReader(needs)
  let sweepAt: Date | null = null
  const { events, feed, history, leases, servers, renew, tell, warn } = createParts(needs, pace, async () => {
    if (pulse.isRunning()) await reloadQuietly()
  })
  const reload = inOrder(async () => {
    const changed = servers.keep(await list.read())
    if (changed.length === 0) return
    await renew()
    // Whoever changes one of those stored tells it with the change.
    if (pulse.isRunning() && changed.some(({ source }) => source === 'file')) await tellChanged(needs)
  })
  const reloadQuietly = (): Promise<void> =>
    reload.now().catch((error: unknown) => log.warn({ error }, 'the list of MCP servers could not be read'))
  const pulse = createPulse(clock, PULSE_MS * pace, async (round) => {
    await history.flush()
    await feed.look()
    if (round % RELOAD_EVERY === 0) {
      sweepAt = clock.now()
      await reloadQuietly()
    }
    if (round % SWEEP_EVERY === 0) await history.sweep().catch(warn)
  })
  const renewals = createPulse(clock, RENEW_MS * pace, renew)
  let deafen: (() => void) | undefined
  return {
    events,
    history,
    async start() {
      await feed.look()
      await reloadQuietly()
      pulse.start()
      renewals.start()
      deafen = needs.wakeups?.hear(TOPIC, () => void feed.look())
    },
    reload: () => (tell(), reload.now()),
    ended: servers.ended,
    look: feed.look,
    watches: servers.all,
    get: servers.get,
    faults: list.faults,
    isRunning: pulse.isRunning,
    probing: leases.held,
    nowMs: feed.nowMs,
    asOf: feed.asOf,
    lastSweepAt: () => sweepAt,
    lagMs: pulse.lagMs,
    async close() {
      deafen?.()
      await Promise.all([pulse.stop(), renewals.stop()])
      await reload.settled()
      await servers.close()
      await history.flush()
      await leases.release().catch(warn)
      await feed.look()
    },
  }
}

/** One after the other; each begins anew whatever became of the one before. */
function inOrder(work: () => Promise<void>): { now(): Promise<void>; settled(): Promise<unknown> } {
  let last: Promise<unknown> = Promise.resolve()
  return {
    now() {
      const done = last.then(work)
      last = done.catch(() => undefined)
      return done
    },
    settled: () => last,
  }
}

async function tellChanged({ database, clock, log }: HubNeeds): Promise<void> {
  const event = { type: 'servers-changed', at: clock.now().toISOString() } as const
  await database
    .inTransaction((handle) => advanceSequence(handle, [event]))
    .catch((error: unknown) => log.warn({ error }, 'a change of the file of MCP servers could not be told'))
}
