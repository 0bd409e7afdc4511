import type { Member } from '#contract/access.ts'
import { SophiaError } from '#domain/errors.ts'
import { canHandOut, type Role, type RowScope } from '#domain/permission.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { AccessTools, Caller } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { findMember, insertMember, linkByEmail } from './member-store.ts'
import { issueLink } from './sign-in-link.ts'
import { hasTeam } from './team-store.ts'

export interface MemberToInvite {
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly rowScope: RowScope
  readonly teamId: string | null
  readonly repId: string | null
}

/** Adds a member and makes the link with which they first come in. CONFLICT when the address is taken. */
export async function inviteMember(
  tools: AccessTools,
  { principal, correlationId }: Caller,
  wanted: MemberToInvite,
): Promise<{ member: Member; link: string; expiresAt: string }> {
  if (!canHandOut(principal, wanted.role)) {
    throw new SophiaError('NOT_PERMITTED', {
      detail: `You cannot give the role ${wanted.role}: it permits more than you may do.`,
    })
  }
  const { email, name, role, rowScope, teamId, repId } = wanted
  const now = tools.clock.now()
  const id = createId(now.getTime())
  const invitation = await tools.database.inTransaction(async (handle) => {
    if (teamId !== null && !(await hasTeam(handle, teamId))) throw unknownTeam()
    const member = {
      id,
      email,
      name,
      kind: 'person',
      role,
      rowScope,
      status: 'invited',
      teamId,
      repId,
      createdAt: now,
    } as const
    if (!(await insertMember(handle, member))) {
      throw new SophiaError('CONFLICT', { detail: `${email} is a member already. Make a sign-in link instead.` })
    }
    await linkByEmail(handle, id)
    const { link, expiresAt } = await issueLink(tools, handle, { kind: 'invitation', memberId: id })
    const detail = { email, role, rowScope, teamId, repId }
    await insertAudit(
      handle,
      { principal, action: 'member.invite', targetKind: 'member', targetId: id, detail, correlationId },
      now,
    )
    return { stored: await findMember(handle, id), link, expiresAt }
  })
  if (!invitation.stored) throw new Error('the member just written cannot be read')
  tools.forget()
  return { member: invitation.stored, link: invitation.link, expiresAt: invitation.expiresAt }
}

/** The fault of a team that is not there. */
export function unknownTeam(): SophiaError {
  return new SophiaError('INVALID_INPUT', {
    detail: 'There is no such team.',
    faults: [{ path: 'teamId', message: 'no team has this id' }],
  })
}
