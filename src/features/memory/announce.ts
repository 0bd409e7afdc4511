import type { Principal } from '#domain/permission.ts'
import type { ChangedSubject, MemoryHouse } from './memory-needs.ts'

interface Announced {
  readonly id: string
  readonly audience: string
  readonly subjectKind: string | null
  readonly subjectId: string | null
}

interface Change {
  readonly principal: Principal | null
  readonly action: string
  /** As they are now and, where it matters, as they were: a memory that ceased to be shared moves numbers too. */
  readonly rows: readonly Announced[]
  readonly detail?: Readonly<Record<string, unknown>>
}

/** After a commit: resident copies look, shared records are computed anew, and what concerns others is audited without its text. */
export async function announce(house: MemoryHouse, change: Change): Promise<void> {
  tellMoved(house, change.rows)
  const first = change.rows.find((row) => row.audience !== 'member')
  if (!first) return
  const { principal, action, detail } = change
  const told = { audience: first.audience, subjectKind: first.subjectKind, subjectId: first.subjectId, ...detail }
  await house.onAudit?.({ principal, action, targetKind: 'memory', targetId: first.id, detail: told })
}

/** Resident copies look, and what is computed from shared memories about a record is told that they changed. */
export function tellMoved(house: MemoryHouse, rows: readonly Omit<Announced, 'id'>[]): void {
  house.index.wake()
  const shared = rows.filter((row) => row.audience !== 'member')
  for (const subject of subjectsOf(shared)) house.onSharedFactChanged?.(subject)
}

function subjectsOf(rows: readonly Omit<Announced, 'id'>[]): ChangedSubject[] {
  const subjects = new Map<string, ChangedSubject>()
  for (const { subjectKind, subjectId } of rows) {
    if ((subjectKind === 'deal' || subjectKind === 'client') && subjectId !== null)
      subjects.set(`${subjectKind}:${subjectId}`, { kind: subjectKind, id: subjectId })
  }
  return [...subjects.values()]
}
