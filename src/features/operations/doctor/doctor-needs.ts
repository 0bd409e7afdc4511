import type { Clock } from '#domain/clock.ts'
import type { FieldFault } from '#domain/errors.ts'
import type { Config } from '#platform/config/config.ts'
import type { SettingsSource } from '#platform/config/settings-file.ts'
import type { Log } from '#platform/log/log.ts'
import type { McpTarget } from '#platform/mcp-client/mcp-connection.ts'

/** An MCP server of the operator's file. */
export interface ListedServer {
  readonly id: string
  readonly target: McpTarget
  readonly isEnabled: boolean
  readonly expectedTools: readonly string[]
  readonly credentials: 'none' | 'shared' | 'member'
}

export interface DoctorNeeds {
  /** The settings as far as they are good. */
  readonly config: Config
  readonly faults: readonly FieldFault[]
  /** Files that settings come from. */
  readonly settingsFiles: readonly SettingsSource[]
  /** Never to be printed. */
  readonly secrets: readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly migrationsFolder: string
  /** Of the built web app. */
  readonly webFolder: string
  /** Where a Sophia that runs on this home is reached from this machine, and what she shows where she speaks TLS herself. */
  readonly nearServer: (publicUrl: string) => { readonly address: string; readonly certificate: string | null }
  /** Faults of the persona files; rejects when the folder cannot be read. */
  readonly personaFaults: () => Promise<readonly string[]>
  readonly readCalendar: () => Promise<{
    readonly isShipped: boolean
    readonly faults: readonly string[]
    /** What is not as it should be besides; null for nothing. */
    readonly trouble: string | null
  }>
  /** Where the calendar fetches events from, without their paths. */
  readonly eventOrigins: () => Promise<readonly string[]>
  readonly readServers: () => Promise<{ readonly servers: readonly ListedServer[]; readonly faults: readonly string[] }>
}
