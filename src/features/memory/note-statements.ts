import { dayOf } from '#domain/day.ts'
import { extractStatements } from '#domain/memory/extract-statements.ts'
import type { MemoryCandidate } from '#domain/memory/memory.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { lockCircle } from './known-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { remember } from './remember.ts'
import { resolveRecord, type NamedSubject } from './resolve-record.ts'
import { findSubjectLabel } from './subject-store.ts'
import { takeTelling, type TellingRow } from './told-store.ts'

export interface EndedTurn {
  readonly id: string
  readonly conversationId: string
  readonly persona: string
  /** Who asked, as they were when the turn began. */
  readonly principal: Principal
}

/** More than this in one message is a pasted document, not a person telling something. */
const CANDIDATES_MAX = 10

/**
 * Remembers what a turn's message states outright, in the transaction that ends the turn: it is there when the answer is,
 * and a turn that is answered twice is remembered once. Answers how many candidates there were.
 */
export async function noteStatements(house: MemoryHouse, handle: Handle, turn: EndedTurn): Promise<number> {
  const telling = await takeTelling(handle, turn.id)
  if (!telling) return 0
  const { principal, persona, conversationId } = turn
  const atHand = await recordAtHand(handle, principal, telling)
  const message = { seq: telling.seq, text: telling.text, onDay: dayOf(telling.at), atHand: labelled(atHand) }
  const candidates = extractStatements(message).slice(0, CANDIDATES_MAX)
  if (candidates.length === 0) return 0
  const circle = { memberId: principal.memberId, audience: 'member' as const }
  await lockCircle(handle, circle)
  const source = { kind: 'message' as const, id: telling.messageId, seq: telling.seq, conversationId }
  for (const candidate of candidates) {
    const subject = await resolveSubject(handle, candidate, { principal, atHand })
    const at = house.clock.now()
    await remember(handle, { circle, candidate, subject, persona, source, status: 'active', at })
  }
  return candidates.length
}

function labelled(atHand: NamedSubject | null): { kind: 'deal' | 'client'; label: string } | null {
  return atHand?.kind === 'deal' || atHand?.kind === 'client' ? { kind: atHand.kind, label: atHand.label } : null
}

/** The record the message was written beside, if the member sees it. */
export async function recordAtHand(
  handle: Handle,
  principal: Principal,
  { aboutKind, aboutId }: Pick<TellingRow, 'aboutKind' | 'aboutId'>,
): Promise<NamedSubject | null> {
  if (aboutKind === null || aboutId === null) return null
  const label = await findSubjectLabel(handle, principal, { kind: aboutKind, id: aboutId })
  return label === undefined ? null : { kind: aboutKind, id: aboutId, label }
}

/** Whom a candidate is about: the member, the record at hand, or the one record in sight that a name means. */
export async function resolveSubject(
  handle: Handle,
  candidate: Pick<MemoryCandidate, 'subject'>,
  { principal, atHand }: { readonly principal: Principal; readonly atHand: NamedSubject | null },
): Promise<NamedSubject | null> {
  if (candidate.subject === null) return null
  switch (candidate.subject.kind) {
    case 'member':
      return { kind: 'member', id: principal.memberId, label: principal.name }
    case 'at-hand':
      return atHand
    case 'named':
      return resolveRecord(handle, principal, candidate.subject.name)
  }
}
