import { extractStatements } from '#domain/memory/extract-statements.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { lockCircle } from './known-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { remember } from './remember.ts'
import { resolveRecord, type NamedSubject } from './resolve-record.ts'
import { selectUnreadTranscripts, type TranscriptRow } from './told-store.ts'

const CANDIDATES_MAX = 20
const CIRCLE = { memberId: null, audience: 'record' as const }

/**
 * Finds statements about records in calls. Whoever spoke there, it is text from outside: each one waits in quarantine until
 * a person who sees the record lets it in. A call that gave any is not read again. Answers how many wait now.
 */
export async function noteTranscripts(house: MemoryHouse, ids: readonly string[]): Promise<number> {
  return house.database.inTransaction(async (handle) => {
    await lockCircle(handle, CIRCLE)
    let count = 0
    for (const row of await selectUnreadTranscripts(handle, ids)) count += await noteOne(house, handle, row)
    return count
  })
}

async function noteOne(house: MemoryHouse, handle: Handle, row: TranscriptRow): Promise<number> {
  const atHand = recordOf(row)
  if (atHand === null) return 0
  // `Dana Fox: We signed.`: who speaks is no part of what is said.
  const text = row.body.replaceAll(/^\s*(?:\[[^\]]*\]\s*)?[\p{L} .'-]{1,60}:\s+/gmu, '')
  const call = { seq: 0, onDay: row.onDay, atHand: { kind: atHand.kind, label: atHand.label } }
  // Line by line: a whole call would pass for a long text that somebody pasted, whose end is nobody's own words.
  const said = text.split('\n').flatMap((line) => extractStatements({ ...call, text: line }))
  const source = { kind: 'transcript' as const, id: row.id, seq: null, conversationId: null }
  let count = 0
  for (const found of said.slice(0, CANDIDATES_MAX)) {
    // "I" in a call is nobody's preference of ours.
    if (found.subject === null || found.subject.kind === 'member') continue
    const named =
      found.subject.kind === 'named'
        ? await resolveRecord(handle, { visible: { kind: 'all' } }, found.subject.name)
        : null
    // Who sees that record need not see this call.
    if (named !== null && !isOfCall(row, named)) continue
    const candidate = { ...found, trust: 'untrusted' as const }
    const wish = { circle: CIRCLE, candidate, subject: named ?? atHand, persona: '', source, at: house.clock.now() }
    await remember(handle, { ...wish, status: 'quarantined' })
    count += 1
  }
  return count
}

function isOfCall({ dealId, clientId }: TranscriptRow, { kind, id }: NamedSubject): boolean {
  return (kind === 'deal' && id === dealId) || (kind === 'client' && id === clientId)
}

function recordOf(row: TranscriptRow): (NamedSubject & { readonly kind: 'deal' | 'client' }) | null {
  if (row.dealId !== null && row.dealName !== null) return { kind: 'deal', id: row.dealId, label: row.dealName }
  if (row.clientId === null || row.clientName === null) return null
  return { kind: 'client', id: row.clientId, label: row.clientName }
}
