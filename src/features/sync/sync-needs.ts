import type { Clock } from '#domain/clock.ts'
import type { FinishedRow } from '#domain/import/finish-row.ts'
import type { ImportKind, ReferenceKind } from '#domain/import/import-kind.ts'
import type { Principal } from '#domain/permission.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'
import type { Log } from '#platform/log/log.ts'
import type { ToolReply } from '#platform/mcp-client/mcp-connection.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'

/** How rows of the company are written; each in the caller's transaction. */
export interface RowWriter {
  /** Throws when own rows have no room: the sample company is loaded, or records speak for a past day. */
  requireRoom(handle: Handle, kinds: readonly ImportKind[]): Promise<void>
  put(
    handle: Handle,
    rows: {
      readonly kind: ImportKind
      readonly written: readonly string[]
      readonly rows: readonly FinishedRow[]
      readonly source: string
    },
  ): Promise<{ readonly created: number; readonly changed: number; readonly unchanged: number }>
  remove(
    handle: Handle,
    removal: { readonly kind: ImportKind; readonly ids: readonly string[]; readonly source: string },
  ): Promise<number>
  merge(
    handle: Handle,
    merge: { readonly kind: ReferenceKind; readonly from: string; readonly to: string; readonly source: string },
  ): Promise<readonly { readonly kind: string; readonly id: string; readonly column: string }[]>
  announce(done: { readonly rows: number; readonly hasReps: boolean }): Promise<void>
}

export interface SyncNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly processId: string
  readonly jobs: Pick<Jobs, 'send'>
  /** The folder of the mapping files. */
  readonly folder: string
  /** An agreed reading tool of a connection. Throws TOOL_UNAVAILABLE and its like. */
  readonly readTool: (wanted: {
    readonly server: string
    readonly tool: string
    readonly input: Readonly<Record<string, unknown>>
    readonly signal: AbortSignal
  }) => Promise<ToolReply>
  /** The connection's name; null when there is none. */
  readonly serverName: (id: string) => string | null
  readonly rows: RowWriter
  /** Throws STORAGE_FULL while the disk is nearly full. */
  readonly requireDisk?: () => Promise<void>
  readonly audit: (note: SyncNote) => Promise<void>
  /** From 0 to 1; by chance outside tests. */
  readonly chance?: () => number
  /** All pauses times this; 1 outside tests. */
  readonly pace?: number
}

export interface SyncNote {
  /** Null: on schedule. */
  readonly principal: Principal | null
  readonly action: 'sync.create' | 'sync.change' | 'sync.remove' | 'sync.run'
  readonly targetKind: 'sync'
  readonly targetId: string
  readonly detail: Readonly<Record<string, unknown>>
}
