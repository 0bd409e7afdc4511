import { dayOf } from '#domain/day.ts'
import { isExpired } from '#domain/memory/strength.ts'
import type { Principal } from '#domain/permission.ts'
import { selectMemoriesById } from './memories-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { presentMemory, type MemoryRow } from './memory-row-store.ts'

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Memories as rows that a figure came from; those out of sight are left out. In the evidence room's form. */
export async function memoryEvidence(house: MemoryHouse, principal: Principal, ids: readonly string[]) {
  const known = ids.filter((id) => UUID.test(id))
  if (known.length === 0) return []
  const rows = await house.database.read((handle) => selectMemoriesById(handle, principal, known))
  const today = dayOf(house.clock.now())
  return rows.filter((row) => !isExpired(row, today)).map((row) => toEvidence(row, today))
}

function toEvidence(row: MemoryRow, today: string) {
  const { source, owner, subject, text } = presentMemory(row, today)
  const about = subject?.kind === 'deal' || subject?.kind === 'client' ? { ...subject, kind: subject.kind } : null
  return {
    id: row.id,
    label: text.length > 80 ? `${text.slice(0, 79)}…` : text,
    onDay: row.onDay,
    ...(about === null
      ? { aboutKind: null, aboutId: null, aboutLabel: null }
      : { aboutKind: about.kind, aboutId: about.id, aboutLabel: about.label }),
    fields: { text, day: row.onDay, from: source.label, owner: owner?.name ?? null },
  }
}
