import type { CacheClass } from '#domain/cache-policy/cache-class.ts'
import type { ObjectiveId } from '#domain/objectives/objectives.ts'
import type { Log } from '#platform/log/log.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import type { ChannelNeeds } from './channels.ts'
import type { ObjectiveNeeds } from './objective-needs.ts'

export interface WatchNeeds extends Omit<ObjectiveNeeds, 'metrics'>, ChannelNeeds {
  readonly log: Log
  readonly metrics: Metrics
  readonly version: string
  /** A number as the business calendar has it now. */
  readonly calendarNumber: (key: string, base: number) => number
  /** Of a class of the cache since the process began: answered from what was kept, and made. */
  readonly keptOf: (cacheClass: CacheClass) => { readonly hits: number; readonly misses: number }
  /** When the newest backup that was proven was made; null without one. */
  readonly newestVerified: () => Promise<Date | null>
  /** Whether there is anything that an objective could count. */
  readonly isConfigured: (objective: ObjectiveId) => boolean
  /** Prints of what is in force, by name: settings, files, colleagues. */
  readonly inForce: () => Promise<Readonly<Record<string, string>>>
  /** What people did since, of these actions; the newest first. */
  readonly listActions: (wanted: {
    readonly actions: readonly string[]
    readonly from: Date
    readonly limit: number
  }) => Promise<
    readonly {
      readonly at: Date
      readonly action: string
      readonly targetId: string | null
      readonly by: string | null
    }[]
  >
  /** Today's spending of the deployment beside its cap; null without one. */
  readonly budgetUsed: () => Promise<number | null>
}
