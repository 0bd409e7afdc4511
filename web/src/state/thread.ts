import type { Message } from '#contract/conversations.ts'
import type { Pending } from './outbox.ts'

/** A question on screen that the stored messages may not hold yet. */
export interface Sent extends Pending {
  readonly state: 'sending' | 'waiting' | 'accepted'
  readonly turnId: string | null
}

/** Stored messages oldest first, from pages of which the first is the newest; a message on two pages counts once. */
export function inOrder(pages: readonly { readonly items: readonly Message[] }[]): Message[] {
  const seen = new Map<string, Message>()
  for (const page of pages) for (const message of page.items) if (!seen.has(message.id)) seen.set(message.id, message)
  return [...seen.values()].toSorted((one, other) => one.seq - other.seq)
}

/** Questions still to be shown beside the stored ones. */
export function notStored(sent: readonly Sent[], messages: readonly Message[]): Sent[] {
  const stored = new Set(messages.map((message) => message.id))
  return sent.filter((question) => !stored.has(question.id))
}

/** The turn to read now: of the question sent last, else the one the server says is being answered; none once its answer is stored. */
export function liveTurn(
  sent: readonly Sent[],
  activeTurnId: string | null,
  messages: readonly Message[],
): string | null {
  const turnId = sent.findLast((question) => question.turnId !== null)?.turnId ?? activeTurnId
  if (turnId === null) return null
  return messages.some((message) => message.role === 'assistant' && message.turnId === turnId)
    ? activeUnless(turnId, activeTurnId)
    : turnId
}

function activeUnless(answered: string, activeTurnId: string | null): string | null {
  return activeTurnId === answered ? null : activeTurnId
}

/** The question that an answer answers. */
export function questionOf(answer: Message, messages: readonly Message[]): Message | null {
  return messages.find((message) => message.role === 'user' && message.turnId === answer.turnId) ?? null
}
