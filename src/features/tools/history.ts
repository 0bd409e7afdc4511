import type { StateChange } from '#domain/mcp/server-health.ts'
import type { EraVerdict } from '#platform/mcp-client/mcp-connection.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import {
  addMinutes,
  findStateRow,
  insertTransition,
  leaseServer,
  listMinutes,
  listTransitions,
  putCapabilities,
  putEra,
  releaseServers,
  sweepHistory,
  type StateRow,
  type TransitionRow,
} from './history-store.ts'
import { createMinuteCounts } from './minute-counts.ts'

/** What is kept of servers beyond this process. A database that is away costs history, never a status. */
export interface History {
  load(serverId: string): Promise<Loaded>
  transition(serverId: string, change: Omit<StateChange, 'atMs'> & { readonly at: Date }): void
  /** One request to the server, and whether it was answered. */
  count(serverId: string, isAnswered: boolean): void
  era(serverId: string, verdict: EraVerdict): void
  capabilities(serverId: string, hash: string): void
  /** Whether this process may ask the server; with the database away, it may. */
  lease(serverId: string): Promise<boolean>
  minutes(serverId: string): readonly { atMs: number; asked: number; failed: number }[]
  transitions(serverId: string, limit: number): Promise<TransitionRow[]>
  /** Resolves once all that is on its way to the database has arrived or failed. */
  settle(): Promise<void>
  /** Writes what was counted since. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface Loaded {
  readonly state: StateRow | undefined
}

interface HistoryNeeds {
  readonly database: Database
  readonly log: Log
  readonly processId: string
  readonly now: () => Date
}

const LEASE_SECONDS = 45
const DAY_MS = 24 * 3_600_000

export function createHistory({ database, log, processId, now }: HistoryNeeds): History {
  const counts = createMinuteCounts(now)
  const writing = new Set<Promise<unknown>>()
  const quietly = (work: Promise<unknown>): void => {
    const done = work
      .catch((error: unknown) => log.warn({ error }, 'the history of an MCP server could not be written'))
      .finally(() => writing.delete(done))
    writing.add(done)
  }
  const flush = async (): Promise<void> => {
    const rows = counts.takeUnwritten()
    if (rows.length > 0) await database.read((handle) => addMinutes(handle, rows))
  }
  return {
    load: (serverId) =>
      database.read(async (handle) => {
        const since = new Date(now().getTime() - DAY_MS)
        counts.takeStored(serverId, await listMinutes(handle, serverId, since))
        return { state: await findStateRow(handle, serverId) }
      }),
    transition: (serverId, change) =>
      quietly(database.inTransaction((handle) => insertTransition(handle, serverId, change))),
    count: counts.add,
    era: (serverId, verdict) => quietly(database.read((handle) => putEra(handle, serverId, verdict))),
    capabilities: (serverId, hash) => quietly(database.read((handle) => putCapabilities(handle, serverId, hash))),
    lease: (serverId) =>
      database
        .read((handle) => leaseServer(handle, { serverId, owner: processId, seconds: LEASE_SECONDS }))
        // Without the database nobody can say who asks; better two than none.
        .catch(() => true),
    minutes: counts.of,
    transitions: (serverId, limit) => database.read((handle) => listTransitions(handle, serverId, limit)),
    settle: async () => void (await Promise.all(writing)),
    flush: async () => {
      await flush()
      await database.read(sweepHistory)
    },
    close: async () => {
      // The last minute's counts are worth a try, not a failed stop.
      await flush().catch(() => undefined)
      await database.read((handle) => releaseServers(handle, processId)).catch(() => undefined)
    },
  }
}
