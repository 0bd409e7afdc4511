import type { EvidenceRow } from '#contract/records.ts'
import type { Principal } from '#domain/permission.ts'
import { listEvidence, type EvidenceKey, type EvidenceNeeds } from './list-evidence.ts'

/** The door of the evidence room: the rows that figures came from. */
export interface EvidenceRoom {
  list(principal: Principal, refs: readonly EvidenceKey[]): Promise<EvidenceRow[]>
}

export function createEvidence(needs: EvidenceNeeds): EvidenceRoom {
  return { list: (principal, refs) => listEvidence(needs, principal, refs) }
}
