import type { Principal } from '../permission.ts'

export type HomeView = 'rep' | 'csm' | 'lead'

/** Who the member is linked to, and how many reps and CSMs the member's rows reach over. */
export interface HomeViewer {
  readonly ownKind: 'rep' | 'csm' | null
  readonly reps: number
  readonly csms: number
}

const LEADING = ['owner', 'admin', 'lead']

/**
 * Whose page it is. Who leads (owner, admin, lead) and sees more than own rows gets the team's page: as CSM when only
 * CSMs are in sight. Everybody else gets the page of the rep or CSM they are linked to; members who are linked to
 * nobody get the team's page when they see more than own rows, and the rep's page otherwise.
 */
export function chooseView(principal: Principal, { ownKind, reps, csms }: HomeViewer): HomeView {
  const seesOthers = principal.rowScope !== 'own'
  const isOverCsmsAlone = reps === 0 && csms > 0
  if (seesOthers && (LEADING.includes(principal.role) || ownKind === null)) return isOverCsmsAlone ? 'csm' : 'lead'
  return ownKind ?? 'rep'
}

/** Who needs coaching is for those who lead: peers do not read each other's performance, whatever rows they see. */
export function mayCoach(principal: Principal): boolean {
  return LEADING.includes(principal.role) && principal.rowScope !== 'own'
}

/**
 * Whose own things a page is about: the linked rep's on a rep's or CSM's page, unless the member leads and looks at all
 * in sight. Null means: everything the row scope shows.
 */
export function ownRepOf(principal: Principal): string | null {
  const leads = LEADING.includes(principal.role) && principal.rowScope !== 'own'
  return leads ? null : principal.repId
}
