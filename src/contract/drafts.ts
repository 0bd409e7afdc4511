import { z } from 'zod'
import { Instant, PageQuery, Uuid, pageOf } from './common.ts'
import { EvidenceRef } from './personas.ts'

/** Something a colleague wrote for a member to send or apply. It leaves only when its member approves it. */
export const DraftStatus = z.enum(['draft', 'approved', 'sent', 'applied', 'failed', 'discarded'])
export const Recipient = z.strictObject({ name: z.string().max(200), email: z.email().max(320) })

/** One field of a record as it would become. */
export const FieldChange = z.strictObject({
  field: z.enum([
    'stage',
    'next_step',
    'next_step_on',
    'expected_close_on',
    'competitor',
    'decision_criteria',
    'timeline',
  ]),
  label: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
})

export const Draft = z.strictObject({
  id: Uuid,
  kind: z.enum(['email', 'record_update']),
  status: DraftStatus,
  persona: z.string(),
  about: EvidenceRef.nullable(),
  /** Of an e-mail. */
  to: z.array(Recipient).max(20),
  subject: z.string(),
  body: z.string(),
  /** Of a record update. */
  changes: z.array(FieldChange),
  sources: z.array(EvidenceRef),
  /** What is missing or should be checked before it leaves. */
  notes: z.array(z.string()),
  /** Whether approving would deliver it from here, and if not why not. */
  delivery: z.strictObject({ isPossible: z.boolean(), reason: z.string().nullable() }),
  failure: z.string().nullable(),
  createdAt: Instant,
  updatedAt: Instant,
  decidedAt: Instant.nullable(),
  sentAt: Instant.nullable(),
})
export type Draft = z.infer<typeof Draft>
export const DraftPage = pageOf(Draft)
export const DraftQuery = PageQuery.extend({ status: DraftStatus.optional(), aboutId: z.string().max(200).optional() })
export const DraftChange = z.strictObject({
  to: z.array(Recipient).max(20).optional(),
  subject: z.string().trim().max(300).optional(),
  body: z.string().max(20_000).optional(),
  changes: z
    .array(FieldChange.pick({ field: true, to: true }))
    .max(7)
    .optional(),
})
/** `POST /api/drafts/:id/approve`; `outside`: the member sent it with their own mail program. */
export const DraftApproval = z.strictObject({ how: z.enum(['deliver', 'outside']).default('deliver') })
