import { SophiaError } from '#domain/errors.ts'
import type { AccessTools, Caller } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { checkLastOwner, checkRank } from './change-member.ts'
import { findMember, lockMembers, removeMember } from './member-store.ts'

/** Removes a member with their sessions, keys and conversations. The last owner stays (CONFLICT). */
export async function deleteMember(
  tools: AccessTools,
  { principal, correlationId }: Caller,
  memberId: string,
): Promise<void> {
  await tools.database.inTransaction(async (handle) => {
    await lockMembers(handle)
    const member = await findMember(handle, memberId)
    if (!member) throw new SophiaError('NOT_FOUND')
    checkRank(principal, member)
    await checkLastOwner(handle, member)
    await removeMember(handle, memberId)
    const detail = { email: member.email, role: member.role }
    const record = {
      principal,
      action: 'member.delete',
      targetKind: 'member',
      targetId: memberId,
      detail,
      correlationId,
    }
    await insertAudit(handle, record, tools.clock.now())
  })
  tools.forget()
}
