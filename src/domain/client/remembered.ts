import type { ClientSlot, RememberedFact } from '../memory/slots.ts'
import type { Evidence } from '../skill.ts'

/** Values by which a fact says that there is no such thing. */
const DENIALS = /^\s*(no|none|nobody|nothing|not|never|false|unconcerned|resolved)\b/i

/** The newest fact of a slot. */
export function factOf(facts: readonly RememberedFact[] | undefined, slot: ClientSlot): RememberedFact | undefined {
  return facts
    ?.filter((fact) => fact.slot === slot)
    .toSorted((a, b) => b.saidOn.localeCompare(a.saidOn) || b.memoryId.localeCompare(a.memoryId))[0]
}

/** True when the value denies the thing: no sponsor, nobody left, no competitor. */
export function isDenied(fact: RememberedFact): boolean {
  return fact.value !== null && DENIALS.test(fact.value)
}

export function memoryEvidence(fact: RememberedFact): Evidence {
  return { kind: 'memory', id: fact.memoryId, label: fact.text }
}
