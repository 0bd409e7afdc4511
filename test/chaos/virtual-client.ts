import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { MessageAccepted } from '#contract/conversations.ts'
import { createId } from '#platform/crypto/ids.ts'
import { letMailGo } from './approve.ts'
import { followTurn } from './follow-turn.ts'
import { operate, request, type ClientNeeds } from './operate.ts'
import { COMMON_QUESTION, orderTextOf, questionTextOf } from './seeded-random.ts'

const COMMON_SHARE = 0.3
const ORDER_SHARE = 0.35
const MAIL_SHARE = 0.3

/** A member at a browser: asks, follows the answer through every break, reads what is stored, asks again. */
export async function runClient(needs: ClientNeeds): Promise<void> {
  const conversationId = await openConversation(needs)
  if (conversationId === undefined) return
  while (!needs.closing.aborted && !needs.deadline.aborted) {
    const count = needs.random() < 0.3 ? (needs.atOnce ?? 1) : 1
    const accepted: MessageAccepted[] = []
    for (let index = 0; index < count; index += 1) {
      const one = await post(needs, conversationId)
      if (one) accepted.push(one)
    }
    await Promise.all(accepted.map((one) => followTurn(needs, { ...one, conversationId })))
    if (accepted.length > 0) await readMessages(needs, conversationId)
    if (needs.others) {
      for (const { turnId } of accepted) needs.others.push({ memberId: needs.memberId, conversationId, turnId })
      await tryOthers(needs, needs.others)
    }
    await delay(needs.random() * 100)
  }
}

async function tryOthers(needs: ClientNeeds, others: NonNullable<ClientNeeds['others']>): Promise<void> {
  if (needs.random() < COMMON_SHARE) await askCommon(needs)
  if (needs.writeMail && needs.random() < MAIL_SHARE) await letMailGo(needs, needs.writeMail)
  await snoop(needs, others)
}

/** In a conversation of its own, so that everything before it is the same as well. */
async function askCommon(needs: ClientNeeds): Promise<void> {
  const conversationId = await openConversation(needs)
  const accepted = conversationId === undefined ? undefined : await post(needs, conversationId, COMMON_QUESTION)
  if (accepted && conversationId !== undefined) await followTurn(needs, { ...accepted, conversationId })
}

/** Tries to read what another has; what it hears, if anything, is held against it. */
async function snoop(needs: ClientNeeds, others: NonNullable<ClientNeeds['others']>): Promise<void> {
  const wanted = others[Math.floor(needs.random() * others.length)]
  if (!wanted || wanted.memberId === needs.memberId) return
  const paths = [`/api/conversations/${wanted.conversationId}/messages`, `/api/turns/${wanted.turnId}/events`]
  for (const path of paths) {
    const response = await request(needs, path, { signal: AbortSignal.timeout(5000) })
    const text = await response?.text().catch(() => undefined)
    if (response?.ok && text !== undefined) needs.record({ type: 'heard', memberId: needs.memberId, text })
  }
}

const Conversation = z.object({ id: z.string() })

/** A conversation of one's own; undefined when none could be had. */
export async function openConversation(needs: ClientNeeds): Promise<string | undefined> {
  const made = await operate(needs, { what: 'open', path: '/api/conversations', body: { persona: 'marcus' } })
  return made === undefined ? undefined : Conversation.parse(made).id
}

/** Asks in these words, or as a member does. The id is made before the first try and kept through all of them. */
export async function post(
  needs: ClientNeeds,
  conversationId: string,
  words?: string | ((id: string) => string),
): Promise<MessageAccepted | undefined> {
  const id = createId()
  const text = typeof words === 'function' ? words(id) : (words ?? textOf(needs, id))
  needs.record({ type: 'posted', memberId: needs.memberId, messageId: id, conversationId, text })
  const path = `/api/conversations/${conversationId}/messages`
  const answer = await operate(needs, { what: 'post', path, body: { id, text } })
  if (answer === undefined) return undefined
  const accepted = MessageAccepted.parse(answer)
  needs.record({ type: 'acked', ...accepted })
  return accepted
}

/** An order asks for a word in the midst of its answer, which only those hear who read it as it comes. */
function textOf(needs: ClientNeeds, id: string): string {
  const mayOrder = needs.others !== undefined && needs.kind !== 'rest'
  return mayOrder && needs.random() < ORDER_SHARE ? orderTextOf(id) : questionTextOf(id)
}

async function readMessages(needs: ClientNeeds, conversationId: string): Promise<void> {
  const page = await operate(needs, { what: 'read', path: `/api/conversations/${conversationId}/messages?limit=50` })
  if (page !== undefined) needs.record({ type: 'heard', memberId: needs.memberId, text: JSON.stringify(page) })
}
