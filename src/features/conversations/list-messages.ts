import type { z } from 'zod'
import type { Message } from '#contract/conversations.ts'
import type { PageQuery } from '#contract/common.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { findConversation } from './conversations-store.ts'
import { selectMessages } from './messages-store.ts'
import type { House } from './needs.ts'

const AFTER_ALL = 2_147_483_647

/** A page of messages, newest last; the cursor is the `seq` before which the next, older page ends. */
export async function listMessages(
  house: House,
  principal: Principal,
  request: { conversationId: string; page: z.infer<typeof PageQuery> },
): Promise<{ items: Message[]; nextCursor: string | null }> {
  const { conversationId, page } = request
  const beforeSeq = page.cursor === undefined ? AFTER_ALL : parseSeq(page.cursor)
  const rows = await house.database.read(async (handle) => {
    if (!(await findConversation(handle, principal.memberId, conversationId))) throw new SophiaError('NOT_FOUND')
    return selectMessages(handle, { conversationId, beforeSeq, limit: page.limit + 1 })
  })
  const items = rows.slice(0, page.limit).toReversed()
  const oldest = items[0]
  return { items, nextCursor: rows.length > page.limit && oldest ? String(oldest.seq) : null }
}

function parseSeq(cursor: string): number {
  const seq = /^\d{1,9}$/.test(cursor) ? Number(cursor) : undefined
  if (seq === undefined)
    throw new SophiaError('INVALID_INPUT', {
      faults: [{ path: 'query.cursor', message: 'Not a cursor of this list.' }],
    })
  return seq
}
