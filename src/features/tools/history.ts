import type { EraVerdict } from '#platform/mcp-client/mcp-connection.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import {
  addMinutes,
  findStateRow,
  listMinutes,
  listTransitions,
  putEra,
  sweepHistory,
  type MinuteCount,
  type StateRow,
  type TransitionRow,
} from './history-store.ts'
import { createMinuteCounts } from './minute-counts.ts'
import { sweepEvents, sweepSetups } from './shared-store.ts'

/** What is kept of servers beyond this process. A database that is away costs history, never a status. */
export interface History {
  /** What is known of the server from before, and of the last day minute by minute. */
  load(serverId: string): Promise<StateRow | undefined>
  /** One request to the server, and whether it was answered. */
  count(serverId: string, isAnswered: boolean): void
  /** What some minutes hold now that other processes have added to them. */
  takeMinutes(rows: readonly MinuteCount[]): void
  era(serverId: string, verdict: EraVerdict): void
  minutes(serverId: string): readonly { atMs: number; asked: number; failed: number }[]
  transitions(serverId: string, limit: number): Promise<TransitionRow[]>
  /** Resolves once all that is on its way to the database has arrived or failed. */
  settle(): Promise<void>
  /** Writes what was counted since; with the database away the next time does. */
  flush(): Promise<void>
  /** Removes what is too old to be of use. */
  sweep(): Promise<void>
}

interface HistoryNeeds {
  readonly database: Database
  readonly log: Log
  /** By the database's clock. */
  readonly now: () => Date
}

const DAY_MS = 24 * 3_600_000

export function createHistory({ database, log, now }: HistoryNeeds): History {
  const counts = createMinuteCounts(now)
  const writing = new Set<Promise<unknown>>()
  const quietly = (work: Promise<unknown>): void => {
    const done = work
      .catch((error: unknown) => log.warn({ error }, 'the history of an MCP server could not be written'))
      .finally(() => writing.delete(done))
    writing.add(done)
  }
  return {
    load: (serverId) =>
      database.read(async (handle) => {
        const since = new Date(now().getTime() - DAY_MS)
        counts.takeStored(await listMinutes(handle, serverId, since))
        return findStateRow(handle, serverId)
      }),
    count: counts.add,
    takeMinutes: counts.takeStored,
    era: (serverId, verdict) => quietly(database.read((handle) => putEra(handle, serverId, verdict))),
    minutes: counts.of,
    transitions: (serverId, limit) => database.read((handle) => listTransitions(handle, serverId, limit)),
    settle: async () => void (await Promise.all(writing)),
    flush: async () => {
      const rows = counts.takeUnwritten()
      if (rows.length === 0) return
      try {
        counts.takeStored(await database.inTransaction((handle) => addMinutes(handle, rows)))
      } catch (error) {
        counts.putBack(rows)
        log.warn({ error }, 'what was counted of MCP servers is written later')
      }
    },
    sweep: () =>
      database.read(async (handle) => {
        await sweepHistory(handle)
        await sweepEvents(handle)
        await sweepSetups(handle)
      }),
  }
}
