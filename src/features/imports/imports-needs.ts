import type { ImportReport, RecordKind } from '#contract/records.ts'
import type { Clock } from '#domain/clock.ts'
import type { Day } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'

export interface ImportsNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Throws STORAGE_FULL while the disk is nearly full. */
  readonly requireDisk?: () => Promise<void>
  /** Told of what was brought in or taken out, after it happened. */
  readonly onAudit?: (note: ImportNote) => Promise<void>
  /** Called after records were stored or removed; the sample company is small enough to wait for what follows. */
  readonly onRecordsChanged?: (change: { readonly isSample: boolean }) => Promise<void>
  /** Called when reps may have changed: members are linked to them by e-mail. */
  readonly onRepsChanged?: () => Promise<unknown>
}

export interface ImportNote {
  readonly principal: Principal
  readonly action: 'import.run' | 'sample.load' | 'sample.remove'
  readonly targetKind: string
  readonly targetId: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** The name of a file that has none. */
export const STANDARD_INPUT = 'standard input'

/** What a file of calls (.txt, .vtt, .json) does not say of itself. */
export interface CallOptions {
  readonly deal?: string | undefined
  readonly client?: string | undefined
  readonly rep?: string | undefined
  readonly onDay?: Day | undefined
  readonly title?: string | undefined
}

export interface ImportRequest {
  /** Made by the caller, so that it can ask for progress meanwhile. */
  readonly id?: string | undefined
  readonly kind: RecordKind
  readonly fileName: string
  /** As `--map`: `column=field,...`. */
  readonly map?: string | undefined
  /** Of transcripts only. */
  readonly call?: CallOptions | undefined
  /** The day the file speaks for; absent: the present day. */
  readonly asOf?: Day | undefined
  /** Load everything or nothing. */
  readonly isAtomic: boolean
  /** Read and count, store no record. */
  readonly isDryRun: boolean
  /** Remove the sample company first, if it is loaded. */
  readonly replacesSample: boolean
}

export interface ImportCall {
  readonly request: ImportRequest
  readonly principal: Principal
  readonly bytesTotal?: number | null
  /** Told after each batch, and at the end. */
  readonly onProgress?: (report: ImportReport) => void
  readonly signal?: AbortSignal
}
