import type { Conversation } from '#contract/conversations.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { cleanText } from '#domain/turn/clean-text.ts'
import { findConversation, removeConversation, updateTitle } from './conversations-store.ts'
import type { House } from './needs.ts'
import type { TurnRunner } from './turn-runner.ts'

export async function getConversation(house: House, principal: Principal, id: string): Promise<Conversation> {
  const conversation = await house.database.read((handle) => findConversation(handle, principal.memberId, id))
  if (!conversation) throw new SophiaError('NOT_FOUND')
  return conversation
}

export async function renameConversation(
  house: House,
  principal: Principal,
  change: { id: string; title: string },
): Promise<Conversation> {
  const title = cleanText(change.title)
  await house.database.inTransaction(async (handle) => {
    if (!(await updateTitle(handle, { memberId: principal.memberId, id: change.id, title })))
      throw new SophiaError('NOT_FOUND')
  })
  house.feed.announce(principal.memberId, change.id)
  return getConversation(house, principal, change.id)
}

/** Removes the conversation, its messages and its journal; what is being answered in it stops. */
export async function deleteConversation(
  house: House,
  runner: TurnRunner,
  request: { principal: Principal; id: string },
): Promise<void> {
  const { principal, id } = request
  const { open, onForgotten } = await house.database.inTransaction(async (handle) => {
    if (!(await findConversation(handle, principal.memberId, id))) throw new SophiaError('NOT_FOUND')
    const forgotten = await house.memory?.onConversationDeleted(handle, id)
    return { open: await removeConversation(handle, principal.memberId, id), onForgotten: forgotten }
  })
  if (!open) throw new SophiaError('NOT_FOUND')
  onForgotten?.()
  for (const turnId of open) runner.forget(turnId)
  house.feed.announce(principal.memberId, id)
  await house.onAudit?.({ principal, action: 'conversation.delete', targetKind: 'conversation', targetId: id })
}
