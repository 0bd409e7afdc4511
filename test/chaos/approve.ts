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
  await insist(needs, `/api/turns/${turnId}/approvals/${callId}`, { approve: isApproved })
}

/**
 * A member lets a mail go that was written for them. Said again because no answer came, it may find that it was heard the first time.
 * Never rejects.
 */
export async function letMailGo(needs: ClientNeeds, writeMail: (memberId: string) => Promise<string>): Promise<void> {
  // The database is away now and then; then there is no mail.
  const draftId = await writeMail(needs.memberId).catch(() => undefined)
  if (draftId === undefined) return
  const status = await insist(needs, `/api/drafts/${draftId}/approve`, {})
  if (status !== undefined && (status < 300 || status === 409)) needs.record({ type: 'let-go', draftId })
}

/** Says it until it is heard, or refused for good: then nobody waits for it any more. Undefined when time was up. */
async function insist(needs: ClientNeeds, path: string, body: object): Promise<number | undefined> {
  const init = { method: 'POST', body: JSON.stringify(body) }
  while (!needs.deadline.aborted) {
    const response = await request(needs, path, { ...init, signal: AbortSignal.timeout(TRY_LIMIT_MS) })
    await response?.body?.cancel().catch(() => undefined)
    if (response && response.status < 500 && response.status !== 429) return response.status
    await delay(RETRY_MS)
  }
  return undefined
}
