import { z } from 'zod'
import { Uuid } from './common.ts'
import { MessageContext } from './conversations.ts'
import { QuestionAnswer } from './questions.ts'
import { PlacedTurnEvent } from './turn-events.ts'

/** Frames of `GET /api/ws`, JSON text. */

/** What a socket may listen to beside turns. */
export const SocketTopic = z.enum(['conversations', 'mcp-status', 'health', 'alerts'])
export type SocketTopic = z.infer<typeof SocketTopic>

const Place = z.string().regex(/^\d{1,6}\.\d{1,9}$/)

export const ClientFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    token: z.string().max(200).optional(),
    lastSeen: z.string().max(200).optional(),
  }),
  z.strictObject({
    type: z.literal('message-send'),
    conversationId: Uuid,
    id: Uuid,
    text: z.string().trim().min(1).max(32_000),
    context: MessageContext.optional(),
  }),
  z.strictObject({ type: z.literal('turn-subscribe'), turnId: Uuid, after: Place.optional() }),
  z.strictObject({ type: z.literal('turn-cancel'), turnId: Uuid }),
  z.strictObject({
    type: z.literal('approval-answer'),
    turnId: Uuid,
    callId: z.string().max(200),
    approve: z.boolean(),
  }),
  QuestionAnswer.extend({ type: z.literal('question-answer'), turnId: Uuid, questionId: Uuid }),
  z.strictObject({ type: z.literal('topic-subscribe'), topic: SocketTopic }),
  z.strictObject({ type: z.literal('ping') }),
])
export type ClientFrame = z.infer<typeof ClientFrame>

export const ServerFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome'), memberId: Uuid, heartbeatSeconds: z.int(), maxFrameBytes: z.int() }),
  z.strictObject({ type: z.literal('message-ack'), id: Uuid, messageId: Uuid, turnId: Uuid, seq: z.int() }),
  PlacedTurnEvent.extend({ type: z.literal('turn-event') }),
  z.strictObject({ type: z.literal('topic-event'), topic: z.string(), data: z.unknown() }),
  z.strictObject({
    type: z.literal('error'),
    code: z.string(),
    detail: z.string(),
    correlationId: z.string(),
    /** The message or turn that the refused frame was about. */
    id: z.string().optional(),
    /** The same frame may be sent again after so long. */
    retryAfterSeconds: z.int().optional(),
  }),
  z.strictObject({ type: z.literal('drain'), reconnectAfterMs: z.int() }),
  z.strictObject({ type: z.literal('pong') }),
])
export type ServerFrame = z.infer<typeof ServerFrame>

/** Close codes: drain 1001, policy 1008, too big 1009, too slow or over capacity 1013, credentials ended 4401. */
export const CLOSE = { drain: 1001, policy: 1008, tooBig: 1009, overCapacity: 1013, credentialsEnded: 4401 } as const
