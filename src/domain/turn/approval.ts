/** Life of a call with side effects. `unknown`: its owner died while it ran, so nobody knows whether it happened. */
export const CALL_STATUSES = [
  'waiting',
  'approved',
  'denied',
  'expired',
  'running',
  'done',
  'failed',
  'unknown',
] as const
export type CallStatus = (typeof CALL_STATUSES)[number]

/** What to do with a call that the model asks for, given what is stored about the same call. */
type CallStep =
  | { readonly kind: 'ask'; readonly isRepeat: boolean }
  | { readonly kind: 'execute' }
  | { readonly kind: 'recall' }
  | { readonly kind: 'refuse'; readonly code: 'NOT_PERMITTED' | 'APPROVAL_EXPIRED' }

/**
 * A call runs only out of `approved`, so at most once per approval; after a crash in mid-run a person decides anew, and
 * what ended is recalled, never repeated.
 */
export function stepOf(status: CallStatus, isExpired: boolean): CallStep {
  switch (status) {
    case 'waiting':
      return isExpired ? { kind: 'refuse', code: 'APPROVAL_EXPIRED' } : { kind: 'ask', isRepeat: false }
    case 'running':
    case 'unknown':
      return isExpired ? { kind: 'refuse', code: 'APPROVAL_EXPIRED' } : { kind: 'ask', isRepeat: true }
    case 'approved':
      return { kind: 'execute' }
    case 'done':
    case 'failed':
      return { kind: 'recall' }
    case 'denied':
      return { kind: 'refuse', code: 'NOT_PERMITTED' }
    case 'expired':
      return { kind: 'refuse', code: 'APPROVAL_EXPIRED' }
  }
}
