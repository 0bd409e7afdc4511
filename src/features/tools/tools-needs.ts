import type { Principal } from '#domain/permission.ts'
import type { Hub, HubNeeds } from './hub.ts'
import type { ResultCache } from './result-cache.ts'

interface AuditNote {
  readonly principal: Principal
  readonly action: string
  readonly targetKind: string
  readonly targetId: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** What the verbs of this room work with. */
export interface ToolsNeeds extends HubNeeds {
  readonly hub: Hub
  readonly results: ResultCache
  /** Where people reach this deployment: sign-ins come back there. */
  readonly publicUrl: string
  readonly audit: (note: AuditNote) => Promise<void>
}
