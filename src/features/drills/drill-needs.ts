import type { Clock } from '#domain/clock.ts'
import type { DrillName } from '#domain/drills/drill.ts'
import type { Principal } from '#domain/permission.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { Scene } from './scenes/scene.ts'

/** Who asks, and the id under which the log knows the request. */
export interface Asker {
  readonly principal: Principal
  readonly correlationId?: string | undefined
}

/** What a rehearsal itself stands on: nothing of the deployment that rehearses. */
export interface RehearsalNeeds {
  readonly clock: Clock
  /** Of the deployment that rehearses: scratch copies lie in a folder of their own there, for as long as they run. */
  readonly home: string
  /** The way to programs and a language: all that scratch copies get of this process's environment. */
  readonly inherited: Readonly<Record<string, string>>
  /** What another process needs to find the database of the deployment that rehearses, in the words of a shell. */
  readonly handedOn?: readonly string[]
  /** Instead of what belongs to these names. */
  readonly scenes?: Readonly<Partial<Record<DrillName, Scene>>>
}

export interface DrillNeeds extends RehearsalNeeds {
  readonly database: Database
  readonly log: Log
  readonly jobs: Pick<Jobs, 'send'>
  /** Of this machine. */
  readonly host: string
  readonly version: string
  /** How often each is to be rehearsed by itself at this moment; 0: not at all. */
  readonly everyMs: () => number
  readonly audit: (
    record: Asker & { readonly action: string; readonly targetKind: string; readonly targetId: string },
  ) => Promise<void>
}
