import { z } from 'zod'
import { Day, Instant, PageQuery, pageOf } from './common.ts'
import { EvidenceRef } from './personas.ts'

/** Something that somebody said in a call they would do. */
export const Commitment = z.strictObject({
  id: z.string(),
  /** The call it was heard in, and the line of its text. */
  transcript: EvidenceRef,
  line: z.int(),
  deal: EvidenceRef.nullable(),
  client: EvidenceRef.nullable(),
  side: z.enum(['us', 'them', 'unknown']),
  speaker: z.string().nullable(),
  /** What they will do: `send the pricing`. */
  text: z.string(),
  quote: z.string(),
  saidOn: Day,
  /** Null when no day was said. */
  dueOn: Day.nullable(),
  isOverdue: z.boolean(),
  doneAt: Instant.nullable(),
  /** Who marked it done. */
  doneBy: z.string().nullable(),
})
export type Commitment = z.infer<typeof Commitment>
export const CommitmentPage = pageOf(Commitment).extend({ asOf: Day, total: z.int() })
export type CommitmentPage = z.infer<typeof CommitmentPage>

/** `GET /api/commitments`: soonest due first, those without a day last. */
export const CommitmentQuery = PageQuery.extend({
  status: z.enum(['open', 'done', 'all']).default('open'),
  /** `overdue`, `week` (due within seven days, overdue ones included), `none` (no day was said), or due by this day. */
  due: z.union([z.enum(['overdue', 'week', 'none']), Day]).optional(),
  side: z.enum(['us', 'them', 'unknown']).optional(),
  dealId: z.string().max(200).optional(),
  clientId: z.string().max(200).optional(),
})
