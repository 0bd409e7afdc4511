import type { Clock } from '#domain/clock.ts'
import type { Budget, ModelChain } from '#domain/model.ts'
import type { Principal } from '#domain/permission.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'
import type { Log } from '#platform/log/log.ts'
import type { Embedder } from '#platform/models/embedder.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { ResidentIndex } from './resident-index.ts'
import type { Reinforcer } from './reinforce-memories.ts'

export interface MemoryAudit {
  readonly principal: Principal | null
  readonly action: string
  readonly targetKind: string
  readonly targetId: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** A deal or client whose shared memories changed: what is computed from them is out of date. */
export interface ChangedSubject {
  readonly kind: 'deal' | 'client'
  readonly id: string
}

export interface MemoryNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Finds the sense of a text; `null` in its place: the built-in hashed one. */
  readonly embedder?: Embedder | null
  /** For extraction and summaries; a playbook chain is as good as none. */
  readonly chain?: ModelChain
  readonly budget?: Budget
  /** Without it nothing is extracted later, merged or expired: only what is said explicitly is remembered. */
  readonly jobs?: Jobs
  readonly onAudit?: (audit: MemoryAudit) => Promise<void>
  /** Called after the commit, once per record. */
  readonly onSharedFactChanged?: (subject: ChangedSubject) => void
  /** The member as they are now; null when they may no longer act. For work that outlives the request. */
  readonly principalOf?: (memberId: string) => Promise<Principal | null>
  /** How long an answer waits for memories. */
  readonly recallLimitMs?: number
}

/** What the verbs of this room work with. */
export interface MemoryHouse extends MemoryNeeds {
  readonly index: ResidentIndex
  readonly reinforcer: Reinforcer
}
