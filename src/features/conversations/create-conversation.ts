import type { z } from 'zod'
import type { Conversation, NewConversation } from '#contract/conversations.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { cleanText } from '#domain/turn/clean-text.ts'
import { createId } from '#platform/crypto/ids.ts'
import { findConversation, insertConversation } from './conversations-store.ts'
import type { House } from './needs.ts'

/** Opens a conversation with a persona that exists. Without a title of its own it takes one from its first message. */
export async function createConversation(
  house: House,
  principal: Principal,
  wanted: z.infer<typeof NewConversation>,
): Promise<Conversation> {
  const persona = await house.getPersona(wanted.persona)
  const id = createId(house.clock.now().getTime())
  const conversation = await house.database.inTransaction(async (handle) => {
    await insertConversation(handle, {
      id,
      memberId: principal.memberId,
      persona: persona.id,
      title: wanted.title === undefined ? 'New conversation' : cleanText(wanted.title),
      hasOwnTitle: wanted.title !== undefined,
      about: wanted.about && { kind: wanted.about.kind, id: cleanText(wanted.about.id) },
    })
    return findConversation(handle, principal.memberId, id)
  })
  if (!conversation) throw new SophiaError('INTERNAL')
  house.feed.announce(principal.memberId, id)
  return conversation
}
