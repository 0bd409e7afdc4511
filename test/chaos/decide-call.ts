import { setTimeout as delay } from 'node:timers/promises'
import type { TurnEvent } from '#contract/turn-events.ts'
import { request, type ClientNeeds } from './operate.ts'

const RETRY_MS = 200
const TRY_LIMIT_MS = 10_000
const NO_SHARE = 0.1
/** Whoever reads that it may have happened already often leaves it at that. */
const NO_TO_REPEAT_SHARE = 0.4

/** A member's yes or no to a call with a side effect, said until it is heard or nobody waits for it any more. Never rejects. */
export async function decideCall(
  needs: ClientNeeds,
  turnId: string,
  { callId, note }: Extract<TurnEvent, { type: 'approval-needed' }>,
): Promise<void> {
  const isApproved = needs.random() >= (note === undefined ? NO_SHARE : NO_TO_REPEAT_SHARE)
  // Before it is said: what was said may be heard although no answer comes.
  needs.record({ type: 'decided', turnId, callId, isApproved })
  const init = { method: 'POST', body: JSON.stringify({ approve: isApproved }) }
  while (!needs.deadline.aborted) {
    const signal = AbortSignal.timeout(TRY_LIMIT_MS)
    const response = await request(needs, `/api/turns/${turnId}/approvals/${callId}`, { ...init, signal })
    await response?.body?.cancel().catch(() => undefined)
    // Refused for good: the attempt that asked is gone, and another asks anew.
    if (response && response.status < 500 && response.status !== 429) return
    await delay(RETRY_MS)
  }
}
