import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { listRepRows } from './reps-store.ts'

export interface RepPageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** One page of the reps the principal sees, by name. */
export function listReps(needs: { readonly database: Database }, principal: Principal, query: RepPageQuery) {
  return needs.database.read((handle) => listRepRows(handle, principal.visible, query))
}
