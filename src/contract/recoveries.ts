import { z } from 'zod'
import { Instant } from './common.ts'

/** What Sophia does about trouble without being told to. */
export const RecoveryAction = z.enum([
  'breaker-opened',
  'cache-emptied',
  'database-restarted',
  'part-back',
  'read-only-began',
  'read-only-ended',
  'restarts-slowed',
  'turn-taken-over',
])
export type RecoveryAction = z.infer<typeof RecoveryAction>

/** What happened by itself in the process that answers, since it runs; what repeats stands once, with how often. */
export const Recovery = z.strictObject({
  action: RecoveryAction,
  /** Which part, why, or how long it was away. */
  detail: z.string(),
  times: z.int(),
  lastAt: Instant,
})
export type Recovery = z.infer<typeof Recovery>
