import { z } from 'zod'
import { Question } from './questions.ts'

/** What a turn tells its readers, the same on SSE, on the socket and in the journal. */

export const TokenUsage = z.strictObject({
  input: z.int(),
  cachedInput: z.int(),
  output: z.int(),
  /** The provider never counted a part of it: the stream broke, and its length was taken instead. */
  isEstimated: z.boolean().optional(),
})

export const Cost = z.strictObject({
  /** null: the price table does not know this model. */
  amountMicros: z.int().nullable(),
  currency: z.string(),
})

export const TurnEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('turn-start'), persona: z.string(), personaVersion: z.string(), model: z.string() }),
  z.strictObject({ type: z.literal('text-delta'), text: z.string() }),
  z.strictObject({ type: z.literal('tool-call'), callId: z.string(), tool: z.string(), input: z.unknown() }),
  z.strictObject({
    type: z.literal('approval-needed'),
    callId: z.string(),
    tool: z.string(),
    input: z.unknown(),
    expiresAt: z.iso.datetime(),
    /** What the person must know before approving: that an earlier try may have happened already. */
    note: z.string().optional(),
  }),
  /** How far a long call has come, in the server's own units. */
  z.strictObject({
    type: z.literal('tool-progress'),
    callId: z.string(),
    progress: z.number(),
    total: z.number().nullable(),
    message: z.string().nullable(),
  }),
  /** A server asks the person something in the midst of a call. */
  Question.extend({
    type: z.literal('question-asked'),
    callId: z.string(),
    questionId: z.uuid(),
    expiresAt: z.iso.datetime(),
  }),
  z.strictObject({
    type: z.literal('question-answered'),
    callId: z.string(),
    questionId: z.uuid(),
    action: z.enum(['accepted', 'declined', 'expired', 'withdrawn']),
  }),
  z.strictObject({ type: z.literal('tool-result'), callId: z.string(), ok: z.boolean(), summary: z.string() }),
  z.strictObject({ type: z.literal('source'), kind: z.string(), id: z.string(), label: z.string() }),
  z.strictObject({ type: z.literal('turn-restart'), reason: z.string() }),
  z.strictObject({
    type: z.literal('turn-end'),
    status: z.enum(['complete', 'failed', 'cancelled']),
    messageId: z.uuid(),
    usage: TokenUsage,
    cost: Cost,
    /** `exact`: the model was not asked, the same question of the same member was answered before. `partial`: for some of its calls. */
    cache: z.enum(['miss', 'exact', 'partial']),
  }),
  z.strictObject({ type: z.literal('turn-error'), code: z.string(), detail: z.string(), retryable: z.boolean() }),
])
export type TurnEvent = z.infer<typeof TurnEvent>

/** One journalled event with its place: attempts restart `n` at 1. */
export const PlacedTurnEvent = z.strictObject({
  turnId: z.uuid(),
  attempt: z.int(),
  n: z.int(),
  event: TurnEvent,
})
export type PlacedTurnEvent = z.infer<typeof PlacedTurnEvent>
