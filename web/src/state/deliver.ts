import type { MessageAccepted } from '#contract/conversations.ts'
import { toApiProblem, type ApiProblem } from '../api/api-problem.ts'
import type { Pending } from './outbox.ts'

export type Delivery =
  | { readonly state: 'sending' | 'waiting' }
  | { readonly state: 'accepted'; readonly accepted: MessageAccepted }
  /** Refused for good: the text goes back to the writer. */
  | { readonly state: 'refused'; readonly problem: ApiProblem }

export interface DeliveryNeeds {
  readonly post: (pending: Pending, signal: AbortSignal) => Promise<MessageAccepted>
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly onDelivery: (delivery: Delivery) => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

/** Repeats a question under its one id until Sophia has it or refuses it; a lost answer cannot store it twice. */
export async function deliver(pending: Pending, needs: DeliveryNeeds): Promise<void> {
  for (let tries = 0; !needs.signal.aborted; tries += 1) {
    needs.onDelivery({ state: tries === 0 ? 'sending' : 'waiting' })
    try {
      const accepted = await needs.post(pending, needs.signal)
      needs.onDelivery({ state: 'accepted', accepted })
      return
    } catch (thrown) {
      if (needs.signal.aborted) return
      const problem = toApiProblem(thrown)
      if (!problem.isTransient) {
        needs.onDelivery({ state: 'refused', problem })
        return
      }
      needs.onDelivery({ state: 'waiting' })
      await needs.wait(problem.retryAfterMs ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries), needs.signal)
    }
  }
}
