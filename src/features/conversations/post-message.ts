import type { MessageAccepted, NewMessage } from '#contract/conversations.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { cleanText } from '#domain/turn/clean-text.ts'
import { titleFrom } from '#domain/turn/title.ts'
import { createId } from '#platform/crypto/ids.ts'
import { currentCorrelation } from '#platform/log/correlation.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { contextForLater } from '#platform/tracing/in-span.ts'
import { findAccepted, insertQuestion, lockConversation } from './messages-store.ts'
import type { House } from './needs.ts'

export interface PostRequest {
  readonly conversationId: string
  readonly message: NewMessage
}

/**
 * Stores a message and queues the turn that answers it, in one transaction; acknowledged only after its commit. The same
 * id again gives the same answer. An id that is taken anywhere else is a CONFLICT that says nothing of where.
 */
export async function postMessage(house: House, principal: Principal, request: PostRequest): Promise<MessageAccepted> {
  const { accepted, isNew } = await house.database.inTransaction((handle) =>
    store(house, handle, { ...request, principal }),
  )
  if (isNew) house.feed.announce(principal.memberId, request.conversationId)
  return accepted
}

async function store(
  { limits }: House,
  handle: Handle,
  request: PostRequest & { readonly principal: Principal },
): Promise<{ accepted: MessageAccepted; isNew: boolean }> {
  const { conversationId, message, principal } = request
  const text = cleanText(message.text)
  if (text.trim() === '')
    throw new SophiaError('INVALID_INPUT', { faults: [{ path: 'text', message: 'The message is empty.' }] })
  const conversation = await lockConversation(handle, {
    memberId: principal.memberId,
    id: conversationId,
    queueLimit: limits.queuedTurns,
  })
  if (!conversation) throw new SophiaError('NOT_FOUND')
  const earlier = await findAccepted(handle, message.id)
  if (earlier && earlier.conversationId === conversationId && earlier.role === 'user')
    return { accepted: earlier.accepted, isNew: false }
  checkOpenTurns(conversation.open_turns, limits.openTurnsPerMember)
  checkQueue(conversation.queued_turns, limits.queuedTurns)
  const seq = conversation.message_count + 1
  const turnId = createId()
  const isStored =
    !earlier &&
    (await insertQuestion(handle, {
      id: message.id,
      conversationId,
      memberId: principal.memberId,
      turnId,
      seq,
      persona: conversation.persona,
      text,
      context: message.context,
      correlationId: currentCorrelation()?.correlationId ?? turnId,
      allowedActions: principal.allowedActions,
      traceContext: contextForLater(),
      title: seq === 1 && !conversation.has_own_title ? titleFrom(text) : undefined,
    }))
  if (!isStored) throw new SophiaError('CONFLICT', { detail: 'This message id cannot be used. Make a new one.' })
  return { accepted: { messageId: message.id, turnId, seq }, isNew: true }
}

/** Parallel requests may pass it together, by as many as the pool has connections: a bound on cost, not a count. */
function checkOpenTurns(open: number, most: number): void {
  if (open < most) return
  throw new SophiaError('RATE_LIMITED', {
    detail: `${open} of your questions are still being answered. Wait for one of them, or stop one.`,
    retryAfterSeconds: 5,
  })
}

/** Those who are refused come back over ten seconds, not all at once. */
function checkQueue(queued: number, most: number): void {
  if (queued < most) return
  throw new SophiaError('OVERLOADED', {
    detail: `${queued} questions wait to be answered; more are not taken in just now. Your message was not stored: send it again shortly.`,
    retryAfterSeconds: 10 + Math.floor(Math.random() * 10),
  })
}
