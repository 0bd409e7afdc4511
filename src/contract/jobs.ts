import { z } from 'zod'
import { Instant, Uuid, pageOf } from './common.ts'

/** A job that failed for the last time. What it was about is not told: it may hold what members wrote. */
export const DeadJob = z.strictObject({
  id: Uuid,
  /** The kind of job, such as `briefing-deliver`. */
  kind: z.string(),
  sentAt: Instant,
  failedAt: Instant,
  tries: z.int(),
  /** Of the error catalogue; null when its process was lost, or it took too long. */
  code: z.string().nullable(),
  /** Why the last try failed, for a person. */
  reason: z.string(),
})
export type DeadJob = z.infer<typeof DeadJob>

export const DeadJobPage = pageOf(DeadJob)
export type DeadJobPage = z.infer<typeof DeadJobPage>
export const DeadJobId = z.strictObject({ id: Uuid })
