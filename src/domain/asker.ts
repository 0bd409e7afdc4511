import { canonicalJson } from './canonical-json.ts'
import type { Principal } from './permission.ts'

/**
 * Whom an answer was made for, as an owner of kept values: the member and all that decides what they see. Whoever gets another
 * role, scope, team, rep or name is somebody else to the cache.
 */
export function askerOf(principal: Principal): string {
  const { memberId, name, role, rowScope, visible, teamId, repId, allowedActions } = principal
  const reps = visible.kind === 'all' ? 'all' : visible.repIds.toSorted()
  return canonicalJson([memberId, name, role, rowScope, reps, teamId, repId, allowedActions?.toSorted() ?? null])
}
