import type { AccessNeeds } from './access-needs.ts'
import { selectOwners } from './member-store.ts'

/** The people who own this deployment and may sign in: they are told when something is wrong with it. */
export function listOwners(needs: AccessNeeds): Promise<{ readonly name: string; readonly email: string }[]> {
  return needs.database.read((handle) => selectOwners(handle))
}
