import type { InterventionMethod } from '#domain/client/intervention.ts'
import type { HealthRows } from '#domain/client/health-rows.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { InterventionShelf } from '#platform/methods/intervention-shelf.ts'
import type { ClientNeeds } from './client-needs.ts'
import { listHealthRows } from './health-store.ts'
import { findArrQuartiles, listHealthyPeers } from './success-store.ts'

export interface SuccessNeeds extends ClientNeeds {
  /** Ways of stepping in; without them a plan has no steps and says so. */
  readonly interventions?: InterventionShelf
}

/** One reading of everything a plan needs besides the client's own rows, at one moment of the database. */
export function readingBeside<Result>(needs: SuccessNeeds, read: (handle: Handle) => Promise<Result>): Promise<Result> {
  return needs.database.inSnapshot(read)
}

/** Healthy clients of the same segment that the principal sees, with their rows. */
export async function readPeers(
  handle: Handle,
  { visible }: Principal,
  { needs, rows }: { readonly needs: SuccessNeeds; readonly rows: HealthRows },
): Promise<HealthRows[]> {
  const ids = await listHealthyPeers(handle, visible, rows.client.id)
  return listHealthRows(handle, ids, { visible, asOf: rows.days.clients, today: dayOf(needs.clock.now()) })
}

/** Quartiles of yearly revenue in the client's currency; null when the client has none to hold against them. */
export function readQuartiles(handle: Handle, principal: Principal, { client }: HealthRows) {
  return client.arr === null ? Promise.resolve(null) : findArrQuartiles(handle, principal.visible, client.arr.currency)
}

export async function readMethods({ interventions }: SuccessNeeds): Promise<{
  readonly methods: readonly InterventionMethod[]
  /** A faulty file in words: its name, line and reason. */
  readonly faults: readonly string[]
}> {
  if (interventions === undefined) return { methods: [], faults: [] }
  const { methods, faults } = await interventions.read()
  return {
    methods,
    faults: faults.map(({ file, line, reason }) => `${file}${line === null ? '' : ` line ${line}`}: ${reason}`),
  }
}
