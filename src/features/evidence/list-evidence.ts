import type { EvidenceRow } from '#contract/records.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { EvidenceKind } from '#domain/skill.ts'
import type { Database } from '#platform/postgres/database.ts'
import { factsOf, labelOf } from './evidence-facts.ts'
import { listEvidenceRows, type StoredEvidence, type StoredKind } from './evidence-store.ts'

export interface EvidenceNeeds {
  readonly database: Database
  readonly clock: Clock
  /** Memories in the principal's sight; without it there are none. */
  readonly readMemories?: (principal: Principal, ids: readonly string[]) => Promise<readonly StoredEvidence[]>
}

export interface EvidenceKey {
  readonly kind: EvidenceKind
  readonly id: string
}

/** The rows named, in the order asked; those that are gone or out of the principal's sight are left out alike. */
export async function listEvidence(
  needs: EvidenceNeeds,
  principal: Principal,
  refs: readonly EvidenceKey[],
): Promise<EvidenceRow[]> {
  const { database, clock } = needs
  const { visible } = principal
  const idsByKind = Map.groupBy(refs, (ref) => ref.kind)
  const memoryIds = idsOf(idsByKind.get('memory'))
  const memories = memoryIds.length === 0 ? [] : ((await needs.readMemories?.(principal, memoryIds)) ?? [])
  const today = dayOf(clock.now())
  const found = await database.read(async (handle) => {
    const rows = new Map<string, EvidenceRow>(memories.map((row) => entryOf('memory', row)))
    for (const [kind, ofKind] of idsByKind) {
      if (!isStored(kind)) continue
      for (const row of await listEvidenceRows(handle, kind, { ids: idsOf(ofKind), visible, today }))
        rows.set(...entryOf(kind, row))
    }
    return rows
  })
  const wanted = new Set(refs.map(nameOf))
  return [...wanted].flatMap((name) => found.get(name) ?? [])
}

function isStored(kind: EvidenceKind): kind is StoredKind {
  return kind !== 'memory'
}

function idsOf(refs: readonly EvidenceKey[] = []): string[] {
  return refs.map((ref) => ref.id)
}

function entryOf(kind: EvidenceKind, row: StoredEvidence): [string, EvidenceRow] {
  return [nameOf({ kind, id: row.id }), present(kind, row)]
}

function nameOf({ kind, id }: EvidenceKey): string {
  return `${kind}:${id}`
}

function present(kind: EvidenceKind, row: StoredEvidence): EvidenceRow {
  const { id, onDay, aboutKind, aboutId, aboutLabel } = row
  const about =
    aboutKind === null || aboutId === null ? null : { kind: aboutKind, id: aboutId, label: aboutLabel ?? aboutId }
  return { kind, id, label: labelOf(kind, row), onDay, facts: factsOf(kind, row), about }
}
