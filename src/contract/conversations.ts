import { z } from 'zod'
import { Instant, PageQuery, Uuid, pageOf } from './common.ts'
import { Cost, TokenUsage } from './turn-events.ts'

/** The record a question is asked beside. */
export const MessageContext = z.strictObject({
  about: z.strictObject({ kind: z.enum(['deal', 'client']), id: z.string().min(1).max(200) }).optional(),
})
export type MessageContext = z.infer<typeof MessageContext>

export const Conversation = z.strictObject({
  id: Uuid,
  persona: z.string(),
  title: z.string(),
  about: z.strictObject({ kind: z.string(), id: z.string() }).nullable(),
  messageCount: z.int(),
  /** The turn that is being answered now, if any. */
  activeTurnId: Uuid.nullable(),
  createdAt: Instant,
  updatedAt: Instant,
})
export type Conversation = z.infer<typeof Conversation>

export const ConversationPage = pageOf(Conversation)
export const ConversationQuery = PageQuery.extend({
  /** Words in titles and messages. */
  search: z.string().trim().max(200).optional(),
  persona: z.string().max(100).optional(),
})
export const NewConversation = z.strictObject({
  persona: z.string().min(1).max(100),
  title: z.string().trim().min(1).max(200).optional(),
  about: z.strictObject({ kind: z.enum(['deal', 'client']), id: z.string().min(1).max(200) }).optional(),
})
export const ConversationChange = z.strictObject({ title: z.string().trim().min(1).max(200) })

export const MessageCall = z.strictObject({
  callId: z.string(),
  tool: z.string(),
  input: z.unknown(),
  ok: z.boolean(),
  summary: z.string(),
})

export const Message = z.strictObject({
  id: Uuid,
  seq: z.int(),
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  turnId: Uuid,
  createdAt: Instant,
  /** Of answers only, as the rest below. */
  status: z.enum(['complete', 'failed', 'cancelled']).nullable(),
  errorCode: z.string().nullable(),
  personaVersion: z.string().nullable(),
  model: z.string().nullable(),
  calls: z.array(MessageCall),
  sources: z.array(z.strictObject({ kind: z.string(), id: z.string(), label: z.string() })),
  usage: TokenUsage.nullable(),
  cost: Cost.nullable(),
  feedback: z.enum(['up', 'down']).nullable(),
})
export type Message = z.infer<typeof Message>

/** Newest last; `cursor` pages towards older ones. */
export const MessagePage = pageOf(Message)

export const NewMessage = z.strictObject({
  /** UUIDv7, made and kept by the client before it sends. */
  id: Uuid,
  text: z.string().trim().min(1).max(32_000),
  context: MessageContext.optional(),
})
export type NewMessage = z.infer<typeof NewMessage>

export const MessageAccepted = z.strictObject({ messageId: Uuid, turnId: Uuid, seq: z.int() })
export type MessageAccepted = z.infer<typeof MessageAccepted>

export const Turn = z.strictObject({
  id: Uuid,
  conversationId: Uuid,
  messageId: Uuid,
  persona: z.string(),
  status: z.enum(['queued', 'running', 'waiting', 'complete', 'failed', 'cancelled']),
  attempt: z.int(),
  errorCode: z.string().nullable(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  firstTokenAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  /** While it is queued: 1 is claimed next. Null while it waits for an earlier question of its conversation, and once it was begun. */
  queuePlace: z.int().nullable(),
})
export type Turn = z.infer<typeof Turn>

export const TurnEventsQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,6}\.\d{1,9}$/)
    .optional(),
})
export const ApprovalAnswer = z.strictObject({ approve: z.boolean() })
export const FeedbackBody = z.strictObject({
  rating: z.enum(['up', 'down']),
  note: z.string().trim().max(2000).optional(),
})
