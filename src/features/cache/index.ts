import type { Clock } from '#domain/clock.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { addToHour, dropHoursBefore, listHours } from './cache-hours-store.ts'
import { countsOf, since, type ClassCounts } from './counts.ts'
import { presentSavings } from './present-savings.ts'

interface CacheLedgerNeeds {
  readonly database: Database
  readonly cache: Pick<Cache, 'ledgers'>
  readonly clock: Clock
  readonly log: Log
}

/** What the cache spared, over all processes and restarts. */
export interface CacheLedger {
  /** Counts on until `close`. */
  start(): void
  /** Writes what this process counted since it last did. Rejects when the database is away; then nothing is lost, and the next time all of it goes. */
  flush(): Promise<void>
  /** Today, and hour by hour for so many days. */
  read(days: number): Promise<ReturnType<typeof presentSavings>>
  /** Trims what is older than ninety days. */
  sweep(): Promise<void>
  close(): Promise<void>
}

/** What a process that dies has not told yet is lost: no more than this. */
const FLUSH_MS = 30_000
const DAY_MS = 86_400_000
const KEPT_DAYS = 90

export function createCacheLedger({ database, cache, clock, log }: CacheLedgerNeeds): CacheLedger {
  const closing = new AbortController()
  let told: ClassCounts = new Map()
  let writing: Promise<void> = Promise.resolve()
  const write = async (): Promise<void> => {
    const now = countsOf(cache.ledgers())
    await database.read((handle) => addToHour(handle, since(now, told)))
    told = now
  }
  /** One after the other: two at once would both tell the same. */
  const flush = (): Promise<void> => (writing = writing.then(write, write))
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      // It rejects only when the house closes.
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(FLUSH_MS, closing.signal).catch(() => undefined)
      // oxlint-disable-next-line no-await-in-loop
      await flush().catch((error: unknown) =>
        log.warn({ error }, 'what the cache spared could not be written; it is kept for later'),
      )
    }
  }
  let running: Promise<void> = Promise.resolve()
  return {
    start: () => void (running = run()),
    flush,
    async read(days) {
      await flush()
      const now = clock.now()
      const rows = await database.read((handle) => listHours(handle, new Date(now.getTime() - days * DAY_MS)))
      return presentSavings(rows, now)
    },
    sweep: async () => {
      const before = new Date(clock.now().getTime() - KEPT_DAYS * DAY_MS)
      await database.read((handle) => dropHoursBefore(handle, before))
    },
    async close() {
      closing.abort()
      await running
    },
  }
}
