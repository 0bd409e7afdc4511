import type { Turn } from '#contract/conversations.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { lockConversation } from './messages-store.ts'
import type { House } from './needs.ts'
import type { TurnRunner } from './turn-runner.ts'
import { claimIdleTurn } from './queue-store.ts'
import { findTurn, requestCancel } from './turns-store.ts'

/** Stops a turn: at once where it runs in this process, within a heartbeat elsewhere. One that ended stays as it is. */
export async function cancelTurn(
  house: House,
  runner: TurnRunner,
  request: { principal: Principal; turnId: string },
): Promise<Turn> {
  const { principal, turnId } = request
  const idle = await house.database.inTransaction(async (handle) => {
    const turn = await findTurn(handle, principal.memberId, turnId)
    if (!turn) throw new SophiaError('NOT_FOUND')
    await lockConversation(handle, { memberId: principal.memberId, id: turn.conversationId })
    await requestCancel(handle, turnId)
    return claimIdleTurn(handle, { id: turnId, processId: house.processId, leaseMs: house.limits.leaseMs })
  })
  // Nobody was answering it yet: it is ended here, so that it does not wait for its place in the queue.
  if (idle) await runner.run(idle)
  else runner.cancel(turnId)
  const turn = await house.database.read((handle) => findTurn(handle, principal.memberId, turnId))
  if (!turn) throw new SophiaError('NOT_FOUND')
  return turn
}
