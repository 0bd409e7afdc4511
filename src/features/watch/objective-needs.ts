import type { Clock } from '#domain/clock.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'

export interface ObjectiveNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'sloEvents' | 'sloBudget'>
  /** The clock that all processes share: the database's. */
  readonly moment: (handle: Handle) => Promise<Date>
  /** Tells this process from the others that run at the same time. */
  readonly replica: string
}
