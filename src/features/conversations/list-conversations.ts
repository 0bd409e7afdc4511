import { z } from 'zod'
import type { Conversation, ConversationQuery } from '#contract/conversations.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { selectConversations } from './conversations-store.ts'
import type { House } from './needs.ts'

const Cursor = z.tuple([z.string().regex(/^[\d :.+-]{10,40}$/), z.uuid()])

/** A member's conversations, the last changed first; `search` looks for words in titles and messages, the last one may be unfinished. */
export async function listConversations(
  house: House,
  principal: Principal,
  query: z.infer<typeof ConversationQuery>,
): Promise<{ items: Conversation[]; nextCursor: string | null }> {
  const words = wordsOf(query.search ?? '')
  // Signs alone name nothing.
  if (query.search && words.length === 0) return { items: [], nextCursor: null }
  const rows = await house.database.read((handle) =>
    selectConversations(handle, {
      memberId: principal.memberId,
      persona: query.persona,
      words,
      before: parseCursor(query.cursor),
      limit: query.limit + 1,
    }),
  )
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  const hasMore = rows.length > page.length && last !== undefined
  return {
    items: page.map((row) => row.conversation),
    nextCursor: hasMore ? toCursor(last.place, last.conversation.id) : null,
  }
}

function wordsOf(search: string): string[] {
  return search.match(/[\p{L}\p{N}]+/gu) ?? []
}

function toCursor(place: string, id: string): string {
  return Buffer.from(JSON.stringify([place, id])).toString('base64url')
}

function parseCursor(cursor: string | undefined): { place: string; id: string } | undefined {
  if (cursor === undefined) return undefined
  try {
    const [place, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
    return { place, id }
  } catch (error) {
    throw new SophiaError('INVALID_INPUT', {
      faults: [{ path: 'query.cursor', message: 'Not a cursor of this list.' }],
      cause: error,
    })
  }
}
