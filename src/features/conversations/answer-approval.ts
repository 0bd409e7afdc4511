import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { decideCall, lockMemberCall } from './calls-store.ts'
import type { House } from './needs.ts'
import type { TurnRunner } from './turn-runner.ts'
import { findTurn } from './turns-store.ts'

export interface ApprovalRequest {
  readonly principal: Principal
  readonly turnId: string
  readonly callId: string
  readonly approve: boolean
}

/** A person's word on a call with side effects: theirs alone to give, once, in time. The same answer again changes nothing. */
export async function answerApproval(house: House, runner: TurnRunner, request: ApprovalRequest): Promise<void> {
  const { principal, turnId, callId, approve } = request
  if (!can(principal, 'tool:approve')) throw new SophiaError('NOT_PERMITTED')
  const to = approve ? 'approved' : 'denied'
  const isDecided = await house.database.inTransaction(async (handle) => {
    const call = await lockMemberCall(handle, { memberId: principal.memberId, turnId, callId })
    if (!call) throw new SophiaError('NOT_FOUND')
    if (call.status !== 'waiting' && call.status !== 'unknown') {
      if (call.status === 'expired') throw new SophiaError('APPROVAL_EXPIRED')
      const wasApproved = call.status !== 'denied'
      if (wasApproved !== approve) throw new SophiaError('CONFLICT', { detail: 'This was decided already.' })
      return false
    }
    const turn = await findTurn(handle, principal.memberId, turnId)
    if (turn?.endedAt)
      throw new SophiaError('CONFLICT', { detail: 'This answer has ended; nothing is waiting any more.' })
    if (call.isExpired) throw new SophiaError('APPROVAL_EXPIRED')
    await decideCall(handle, { turnId, index: call.index, to, memberId: principal.memberId })
    return true
  })
  if (!isDecided) return
  runner.decide(turnId)
  await house.onAudit?.({
    principal,
    action: approve ? 'tool.approve' : 'tool.deny',
    targetKind: 'turn',
    targetId: turnId,
    detail: { callId },
  })
}
