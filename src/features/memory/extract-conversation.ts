import type { MemoryCandidate } from '#domain/memory/memory.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { askForCandidates } from './ask-for-candidates.ts'
import { lockCircle } from './known-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { recordAtHand, resolveSubject } from './note-statements.ts'
import { remember } from './remember.ts'
import { findUnread, markExtracted, selectTold, type TellingRow, type UnreadRow } from './told-store.ts'

/** A conversation has come to rest when nobody said anything for so long. */
export const IDLE_MS = 90_000
const MESSAGES_MAX = 30
const CHARACTERS_MAX = 24_000

/**
 * Reads what a member said since the last look, with a model. Only the member's own messages go to it. False when the
 * conversation goes on: then it is to be read later.
 */
export async function extractConversation(
  house: MemoryHouse,
  conversationId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const unread = await house.database.read((handle) => findUnread(handle, conversationId))
  if (!unread) return true
  if (house.clock.now().getTime() - unread.lastAt.getTime() < IDLE_MS) return false
  const principal = await house.principalOf?.(unread.memberId)
  if (!principal) return true
  const told = await house.database.read((handle) =>
    selectTold(handle, conversationId, { after: unread.extractedSeq, limit: MESSAGES_MAX }),
  )
  const messages = withinLength(told)
  const last = messages.at(-1)
  if (!last) return true
  const candidates = await askForCandidates(house, { unread, messages, signal })
  // Another provider than a language model answered: the messages are read the next time.
  if (candidates === null) return true
  await house.database.inTransaction(async (handle) => {
    if (!(await markExtracted(handle, conversationId, { from: unread.extractedSeq, to: last.seq }))) return
    await rememberAll(house, handle, { candidates, messages, principal, unread, conversationId })
  })
  house.index.wake()
  return messages.length === told.length && told.length < MESSAGES_MAX
}

function withinLength(told: readonly TellingRow[]): TellingRow[] {
  let length = 0
  return told.filter((row, place) => {
    length += row.text.length
    return place === 0 || length <= CHARACTERS_MAX
  })
}

interface Extracted {
  readonly candidates: readonly MemoryCandidate[]
  readonly messages: readonly TellingRow[]
  readonly principal: Principal
  readonly unread: UnreadRow
  readonly conversationId: string
}

async function rememberAll(house: MemoryHouse, handle: Handle, found: Extracted): Promise<void> {
  const { candidates, messages, principal, unread, conversationId } = found
  const circle = { memberId: principal.memberId, audience: 'member' as const }
  await lockCircle(handle, circle)
  for (const candidate of candidates) {
    const telling = messages.find((row) => row.seq === candidate.source.seq)
    if (!telling) continue
    const atHand = await recordAtHand(handle, principal, telling)
    const subject = await resolveSubject(handle, candidate, { principal, atHand })
    const source = { kind: 'message' as const, id: telling.messageId, seq: telling.seq, conversationId }
    const { persona } = unread
    await remember(handle, { circle, candidate, subject, persona, source, status: 'active', at: house.clock.now() })
  }
}
