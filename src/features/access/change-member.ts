import type { Member } from '#contract/access.ts'
import { SophiaError } from '#domain/errors.ts'
import { canHandOut, isAbove, type Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { AccessTools, Caller } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { unknownTeam } from './invite-member.ts'
import { endLinks } from './link-store.ts'
import {
  hasRep,
  findMember,
  hasOwner,
  isPerson,
  lockMembers,
  updateMember,
  type MemberToChange,
} from './member-store.ts'
import { removeSessionsOf } from './session-store.ts'
import { hasTeam } from './team-store.ts'

/**
 * Changes the named fields of a member. Nobody changes someone above them, gives a role that permits more than they may
 * do, or takes away the last owner (CONFLICT). A suspended member's sessions and links end at once.
 */
export async function changeMember(
  tools: AccessTools,
  { principal, correlationId }: Caller,
  { memberId, change }: { memberId: string; change: MemberToChange },
): Promise<Member> {
  // Named one by one, so that nothing else of a caller's object can reach the row.
  const { name, role, rowScope, status, teamId, repId } = change
  const fields = { name, role, rowScope, status, teamId, repId }
  const changed = await tools.database.inTransaction(async (handle) => {
    await lockMembers(handle)
    const member = await findMember(handle, memberId)
    if (!member) throw new SophiaError('NOT_FOUND')
    checkRank(principal, member)
    checkGift(principal, member, role)
    if ((role !== undefined && role !== 'owner') || status === 'suspended') await checkLastOwner(handle, member)
    await checkLinks(handle, { teamId, repId })
    await updateMember(handle, memberId, fields)
    if (status === 'suspended') {
      await removeSessionsOf(handle, memberId)
      await endLinks(handle, memberId)
    }
    const detail = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
    const record = {
      principal,
      action: 'member.change',
      targetKind: 'member',
      targetId: memberId,
      detail,
      correlationId,
    }
    await insertAudit(handle, record, tools.clock.now())
    return findMember(handle, memberId)
  })
  // Of everybody: a team's change moves what its other members see.
  tools.forget()
  if (!changed) throw new SophiaError('NOT_FOUND')
  return changed
}

function checkGift(principal: Principal, member: Member, role: Member['role'] | undefined): void {
  if (role === undefined || role === member.role || canHandOut(principal, role)) return
  throw new SophiaError('NOT_PERMITTED', {
    detail: `You cannot give the role ${role}: it permits more than you may do.`,
  })
}

async function checkLinks(handle: Handle, { teamId, repId }: Pick<MemberToChange, 'teamId' | 'repId'>): Promise<void> {
  if (teamId && !(await hasTeam(handle, teamId))) throw unknownTeam()
  if (repId && !(await hasRep(handle, repId))) throw unknownRep(repId)
}

/** Throws NOT_PERMITTED for a member who stands above the principal. */
export function checkRank(principal: Principal, member: Member): void {
  if (isAbove(member.role, principal.role)) {
    throw new SophiaError('NOT_PERMITTED', { detail: 'You cannot change a member whose role is above yours.' })
  }
}

/** Throws CONFLICT when the deployment would be without an owner. Call it under lockMembers. */
export async function checkLastOwner(handle: Handle, member: Member): Promise<void> {
  if (member.role !== 'owner' || member.status !== 'active' || !(await isPerson(handle, member.id))) return
  if (await hasOwner(handle, member.id)) return
  throw new SophiaError('CONFLICT', { detail: `${member.name} is the last owner. Make someone else an owner first.` })
}

/** The fault of a rep that is not there: a member linked to nobody would see nothing and not know why. */
function unknownRep(repId: string): SophiaError {
  return new SophiaError('INVALID_INPUT', {
    detail: `There is no rep or CSM with the id ${repId}. Import reps first; those with the member's e-mail are linked by themselves.`,
    faults: [{ path: 'repId', message: 'no rep has this id' }],
  })
}
