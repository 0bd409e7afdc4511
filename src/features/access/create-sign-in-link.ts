import type { Member } from '#contract/access.ts'
import { SophiaError } from '#domain/errors.ts'
import { canHandOut } from '#domain/permission.ts'
import type { AccessNeeds, Caller } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { endLinks, type LinkKind } from './link-store.ts'
import { findMember, lockMembers } from './member-store.ts'
import { issueLink } from './sign-in-link.ts'

/**
 * A fresh link for a member who is there already; earlier unused ones end. It lets its holder act as the member, so it is
 * refused for whoever may do more than the one who asks.
 */
export async function createSignInLink(
  needs: AccessNeeds,
  { principal, correlationId }: Caller,
  memberId: string,
): Promise<{ member: Member; link: string; expiresAt: string }> {
  return needs.database.inTransaction(async (handle) => {
    await lockMembers(handle)
    const member = await findMember(handle, memberId)
    if (!member) throw new SophiaError('NOT_FOUND')
    if (!canHandOut(principal, member.role)) {
      throw new SophiaError('NOT_PERMITTED', {
        detail: 'You cannot make a sign-in link for a member who may do more than you.',
      })
    }
    if (member.status === 'suspended') {
      throw new SophiaError('CONFLICT', { detail: `${member.name} is suspended. Activate them first.` })
    }
    await endLinks(handle, memberId)
    const kind: LinkKind = member.status === 'invited' ? 'invitation' : 'sign-in'
    const { link, expiresAt } = await issueLink(needs, handle, { kind, memberId })
    const record = {
      principal,
      action: 'member.link-made',
      targetKind: 'member',
      targetId: memberId,
      detail: { kind },
      correlationId,
    }
    await insertAudit(handle, record, needs.clock.now())
    return { member, link, expiresAt }
  })
}
