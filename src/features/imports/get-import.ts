import type { ImportReport } from '#contract/records.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { ImportsNeeds } from './imports-needs.ts'
import { findImport } from './imports-store.ts'

/** One import, running or ended; throws NOT_FOUND. */
export async function getImport(needs: ImportsNeeds, id: string, principal: Principal): Promise<ImportReport> {
  requireReader(principal)
  const report = await needs.database.read((handle) => findImport(handle, id))
  if (!report) throw new SophiaError('NOT_FOUND')
  return report
}

/** Faults show rows of everybody, so reading reports needs what importing needs, sight of all rows included. */
export function requireReader(principal: Principal): void {
  if (!can(principal, 'records:import') || principal.rowScope !== 'all') throw new SophiaError('NOT_PERMITTED')
}
