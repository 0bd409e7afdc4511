import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { Wakeups } from '#platform/wakeups/wakeups.ts'

export interface AccessNeeds {
  readonly database: Database
  /** Connections beside it, for what open connections stand on; the same when absent. */
  readonly keeping?: Pick<Database, 'read'>
  readonly clock: Clock
  readonly log: Log
  /** Where people reach this deployment; links start with it. */
  readonly publicUrl: string
  /** Where who a credential stands for is kept for a moment; a cache of its own when absent. */
  readonly cache?: Cache
  /** The way to the other processes, for what is open there. */
  readonly wakeups?: Pick<Wakeups, 'tell' | 'hear'>
}

/** Who asks and under which correlation; the input of every route is one. */
export interface Caller {
  readonly principal: Principal
  readonly correlationId?: string
}

/** What each verb works with: the needs and the cache that it may have to clear. */
export interface AccessTools extends AccessNeeds {
  /** Forgets who credentials stand for, at once; the other processes are told. */
  readonly forget: () => void
}

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const DAY_MS = 24 * 60 * MINUTE_MS

/** How long a session lives after its last use. */
export const SESSION_MS = 30 * DAY_MS
