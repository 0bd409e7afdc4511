import type { Deal } from '#contract/records.ts'
import type { Clock } from '#domain/clock.ts'
import type { RememberedFact } from '#domain/memory/slots.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'

type Facts = Promise<ReadonlyMap<string, readonly RememberedFact[]>>

/** What the clients room stands on, and what other rooms lend it. */
export interface ClientNeeds {
  readonly database: Database
  readonly clock: Clock
  /** What this principal may know, private things included; without it nothing is remembered. */
  readonly recallFacts?: (principal: Principal, kind: 'client', ids: readonly string[]) => Facts
  /** What everybody who sees the record may know. */
  readonly sharedFacts?: (kind: 'client', ids: readonly string[]) => Facts
  /** The client's deals that the principal sees; a house without a deals room has none. */
  readonly listDealsOfClient?: (principal: Principal, clientId: string) => Promise<Deal[]>
}
