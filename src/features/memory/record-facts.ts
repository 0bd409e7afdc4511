import { dayOf } from '#domain/day.ts'
import type { RememberedFact } from '#domain/memory/slots.ts'
import type { Principal } from '#domain/permission.ts'
import { selectFacts, selectSharedFacts } from './facts-store.ts'
import type { MemoryHouse } from './memory-needs.ts'

/** By record id; a record of which nothing is known is left out. */
export type FactsByRecord = ReadonlyMap<string, readonly RememberedFact[]>
type RecordKind = RememberedFact['subject']['kind']

/** What the principal may know of these records beside their rows, the newest of each slot. */
export async function recallFacts(
  { database, clock }: MemoryHouse,
  principal: Principal,
  { kind, ids }: { readonly kind: RecordKind; readonly ids: readonly string[] },
): Promise<FactsByRecord> {
  const wish = { kind, ids, today: dayOf(clock.now()) }
  return bySubject(await database.read((handle) => selectFacts(handle, wish, principal)))
}

/** What everybody who sees these records may know. */
export async function sharedFacts(
  { database, clock }: MemoryHouse,
  kind: RecordKind,
  ids: readonly string[],
): Promise<FactsByRecord> {
  const wish = { kind, ids, today: dayOf(clock.now()) }
  return bySubject(await database.read((handle) => selectSharedFacts(handle, wish)))
}

function bySubject(facts: readonly RememberedFact[]): FactsByRecord {
  return Map.groupBy(facts, (fact) => fact.subject.id)
}
