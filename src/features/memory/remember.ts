import { dayOf } from '#domain/day.ts'
import { embedHashed } from '#domain/memory/embed-hashed.ts'
import type { MemoryCandidate } from '#domain/memory/memory.ts'
import { reconcile, type Reconciliation } from '#domain/memory/reconcile.ts'
import { cleanText } from '#domain/turn/clean-text.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { selectKnown, type Circle } from './known-store.ts'
import {
  changeMemories,
  insertMemory,
  setStrength,
  type ChangeNote,
  type MemoryToInsert,
} from './memory-write-store.ts'
import type { NamedSubject } from './resolve-record.ts'
import { selectStrengths } from './uses-store.ts'
import { reinforcedStrength } from '#domain/memory/strength.ts'

export interface Remembering {
  readonly circle: Circle
  readonly candidate: MemoryCandidate
  /** Looked up already; null when it names nothing in sight. */
  readonly subject: NamedSubject | null
  readonly persona: string
  readonly source: MemoryToInsert['source']
  readonly status: 'active' | 'quarantined'
  readonly at: Date
}

/** Holds a candidate against what is known and adds it, supersedes, rewords or ignores. The circle must be locked. */
export async function remember(handle: Handle, wish: Remembering): Promise<Reconciliation['kind']> {
  const { candidate, subject, circle, at } = wish
  const resolved = { ...candidate, subject: subject === null ? null : { kind: subject.kind, id: subject.id } }
  const known =
    wish.status === 'quarantined' ? [] : await selectKnown(handle, circle, { like: resolved, today: dayOf(at) })
  const decision = reconcile({ candidate: resolved, embedding: embedHashed(candidate.text), known })
  const note = { memberId: null, at }
  switch (decision.kind) {
    case 'add':
      await add(handle, wish, note)
      break
    case 'supersede': {
      const id = await add(handle, wish, note)
      const patch = { status: 'superseded' as const, superseded_by: id }
      await changeMemories(handle, decision.memoryIds, {
        patch,
        note: { ...note, change: 'superseded', reason: decision.reason },
      })
      break
    }
    case 'update': {
      const edited = { ...note, change: 'edited' as const, reason: decision.reason }
      await changeMemories(handle, [decision.memoryId], { patch: { text: decision.text }, note: edited })
      await reinforce(handle, decision.memoryId, at)
      break
    }
    case 'ignore':
      if (decision.reinforces) await reinforce(handle, decision.memoryId, at)
  }
  return decision.kind
}

async function add(handle: Handle, wish: Remembering, note: Omit<ChangeNote, 'change' | 'reason'>): Promise<string> {
  const { candidate, subject, circle, source, status } = wish
  const id = createId(wish.at.getTime())
  await insertMemory(
    handle,
    {
      id,
      kind: candidate.kind,
      // What is so about a record or a person is so for every colleague; how to work with one stays with that one.
      persona: subject === null && candidate.slot === null ? wish.persona : null,
      audience: circle.audience,
      memberId: circle.memberId,
      teamId: null,
      subject,
      slot: candidate.slot,
      slotValue: candidate.slotValue === null ? null : cleanText(candidate.slotValue),
      text: cleanText(candidate.text),
      strength: candidate.strength,
      isPinned: false,
      isSensitive: candidate.isSensitive,
      trust: candidate.trust,
      status,
      source,
      onDay: candidate.onDay,
      expiresOn: candidate.expiresOn,
    },
    { ...note, change: 'added', reason: null },
  )
  return id
}

/** Said again: as good as a use. */
async function reinforce(handle: Handle, id: string, at: Date): Promise<void> {
  const rows = await selectStrengths(handle, [id])
  const strengths = rows.map((row) => {
    const fading = { ...row, strengthOn: dayOf(row.strengthAt) }
    return { id: row.id, strength: reinforcedStrength(fading, dayOf(at)), uses: 0 }
  })
  await setStrength(handle, strengths, at)
}
