import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { cleanText } from '#domain/turn/clean-text.ts'
import { upsertFeedback } from './messages-store.ts'
import type { House } from './needs.ts'

/** A member's word on an answer of theirs; a later one replaces it. */
export async function giveFeedback(
  house: House,
  principal: Principal,
  feedback: { messageId: string; rating: 'up' | 'down'; note?: string | undefined },
): Promise<void> {
  const { messageId, rating, note } = feedback
  const isStored = await house.database.inTransaction((handle) =>
    upsertFeedback(handle, {
      messageId,
      memberId: principal.memberId,
      rating,
      note: note === undefined ? null : cleanText(note),
    }),
  )
  if (!isStored) throw new SophiaError('NOT_FOUND')
}
