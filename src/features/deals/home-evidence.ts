import type { Evidence, EvidenceKind } from '#domain/skill.ts'

/** A row to refer to, or null where the data names none. */
export function evidenceOrNull(kind: EvidenceKind, id: string | null, label: string | null): Evidence | null {
  return id === null ? null : { kind, id, label: label ?? id }
}
