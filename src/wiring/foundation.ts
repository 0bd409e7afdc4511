import type { Clock } from '#domain/clock.ts'
import type { LimitBounds } from '#domain/overload/adaptive-limit.ts'
import type { Recoveries } from '#features/operations/recoveries.ts'
import type { Objectives } from '#features/watch/index.ts'
import type { Config } from '#platform/config/config.ts'
import type { Log } from '#platform/log/log.ts'
import type { Storage } from '#platform/storage.ts'
import type { Patiently } from '#platform/supervision/systemd-notices.ts'
import type { Tracing } from '#platform/tracing/tracing.ts'
import type { createMetrics } from '#platform/telemetry/metrics.ts'

export interface Opening {
  readonly config: Config
  readonly log: Log
  /** `server` owns the home and answers turns; `command` works beside a running server or alone for a moment. */
  readonly purpose: 'server' | 'command'
  /** Where people reach this deployment. */
  readonly publicUrl: string
  /** Tells this process from the others that run at the same time. */
  readonly replica?: string | undefined
  /** How many requests may be worked on at once, instead of what ships. */
  readonly requestBounds?: LimitBounds | undefined
  /** Has the database alone, where nobody else is connected to it: for a restore. */
  readonly isAlone?: boolean | undefined
  /** Ends the wait for a database that is not there yet. */
  readonly signal?: AbortSignal | undefined
  /** Has whoever keeps this process running wait for the parts of its start that may take long. */
  readonly patiently?: Patiently | undefined
}

/** What every room may stand on. */
export interface Foundation extends Opening {
  readonly replica: string
  readonly metrics: ReturnType<typeof createMetrics>
  readonly storage: Storage
  readonly database: Storage['database']
  readonly keeping: Storage['keeping']
  readonly clock: Clock
  /** The database had to be waited for: its other processes are on their way back to what they hold. */
  readonly startsInOutage: boolean
  readonly objectives: Objectives
  readonly recoveries: Recoveries
  readonly tracing: Tracing
}
