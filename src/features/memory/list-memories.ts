import type { z } from 'zod'
import type { MemoryDetail, MemoryPage, MemoryQuery } from '#contract/memory.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { presentMemory } from './memory-row-store.ts'
import { selectHistory, type HistoryRow, type Snapshot } from './memory-write-store.ts'
import { findMemory, findReplaced, selectMemories } from './memories-store.ts'

/** One page of what the principal may see. */
export async function listMemories(
  { database, clock }: MemoryHouse,
  principal: Principal,
  query: z.infer<typeof MemoryQuery>,
): Promise<z.infer<typeof MemoryPage>> {
  const today = dayOf(clock.now())
  const words = query.search?.match(/[\p{L}\p{N}]+/gu) ?? []
  // Signs alone name nothing.
  if (query.search && words.length === 0) return { items: [], nextCursor: null }
  const { rows, nextCursor } = await database.read((handle) =>
    selectMemories(handle, principal, { ...query, words, today }),
  )
  return { items: rows.map((row) => presentMemory(row, today)), nextCursor }
}

/** A memory with all that became of it; NOT_FOUND when it is not there or not in sight. */
export async function getMemory(
  { database, clock }: MemoryHouse,
  principal: Principal,
  id: string,
): Promise<MemoryDetail> {
  return database.read(async (handle) => {
    const row = await findMemory(handle, principal, id)
    if (!row) throw new SophiaError('NOT_FOUND')
    const history = await selectHistory(handle, id)
    const replaced = await findReplaced(handle, principal, id)
    const successor = row.supersededBy === null ? undefined : await findMemory(handle, principal, row.supersededBy)
    return {
      ...presentMemory(row, dayOf(clock.now())),
      history: history.map((change) => presentChange(change, isOwn(principal, row))),
      supersedes: replaced ?? null,
      supersededBy: successor ? { id: successor.id, text: successor.text } : null,
    }
  })
}

/** What a memory said before it was shared is its owner's. */
function isOwn(principal: Principal, row: { readonly memberId: string | null }): boolean {
  return row.memberId === null || row.memberId === principal.memberId
}

function presentChange(row: HistoryRow, withWords: boolean): MemoryDetail['history'][number] {
  const { n, at, by, change, reason } = row
  const before = withWords && row.before ? wordsOf(row.before, row.after) : null
  const after = withWords && row.after ? wordsOf(row.after, row.before) : null
  return { n, at: at.toISOString(), by: by ?? 'Sophia', change, before, after, reason }
}

/** The side of a change that a person looks for: the words, or else whom it is shared with, or else its state. */
function wordsOf(side: Snapshot, other: Snapshot | null): string {
  if (other === null || side.text !== other.text) return side.text
  if (side.audience !== other.audience) return side.audience
  if (side.expires_on !== other.expires_on) return side.expires_on ?? 'no end'
  return side.status === other.status ? side.text : side.status
}
