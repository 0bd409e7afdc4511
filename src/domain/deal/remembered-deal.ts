import { isDay, type Day } from '../day.ts'
import type { DealSlot, RememberedFact } from '../memory/slots.ts'
import type { DealContact, DealRiskFacts, DealSignalName, DealUnderReview, TrackedFields } from './risk.ts'

interface Slot {
  readonly signal: DealSignalName
  /** The stored field; a later change of it overrules what was said. */
  readonly field: string | null
  /** What somebody speaks of is tracked from then on, at least for this deal. */
  readonly tracks: keyof TrackedFields | null
}

/** What each slot bears on. */
const SLOTS: Readonly<Record<DealSlot, Slot>> = {
  champion: { signal: 'champion', field: 'champion_contact_id', tracks: 'champion' },
  champion_left: { signal: 'champion', field: 'champion_contact_id', tracks: 'champion' },
  economic_buyer: { signal: 'economic_buyer', field: 'economic_buyer_contact_id', tracks: 'economicBuyer' },
  decision_criteria: { signal: 'decision_criteria', field: 'decision_criteria', tracks: 'decisionCriteria' },
  timeline: { signal: 'timeline', field: 'timeline', tracks: 'timeline' },
  competitor: { signal: 'competitor', field: 'competitor', tracks: 'competitor' },
  next_step: { signal: 'next_step', field: 'next_step', tracks: 'nextStep' },
  // No field of a record holds a budget; what is said of it answers whether the size is real.
  budget: { signal: 'size_outlier', field: null, tracks: null },
}

/** Words by which a slot says that there is none. */
const NONE = /^(none|no|nobody|nothing|not? \w+|unknown|cancelled|frozen|cut|false)$/i

export interface RememberedDeal {
  /** The facts with the remembered values in the place of stored ones. */
  readonly facts: DealRiskFacts
  /** The memory that decides a signal. */
  readonly bySignal: ReadonlyMap<DealSignalName, RememberedFact>
}

/**
 * Lays what people said over the stored fields: per signal the newest fact, unless the stored field changed on a later
 * day. A field without a recorded change is older than what was said.
 */
export function applyRemembered(facts: DealRiskFacts): RememberedDeal {
  const bySignal = newestBySignal(facts)
  let { deal, tracked } = facts
  for (const fact of bySignal.values()) {
    if (!isDealSlot(fact.slot)) continue
    const { tracks } = SLOTS[fact.slot]
    deal = { ...deal, ...OVERLAYS[fact.slot](fact, deal) }
    if (tracks !== null) tracked = { ...tracked, [tracks]: true }
  }
  return { facts: { ...facts, deal, tracked }, bySignal }
}

/** True when the memory says that the thing does not exist: no budget, no competitor. */
export function saysNone({ value }: RememberedFact): boolean {
  return value !== null && NONE.test(value.trim())
}

function newestBySignal(facts: DealRiskFacts): Map<DealSignalName, RememberedFact> {
  const found = new Map<DealSignalName, RememberedFact>()
  for (const fact of facts.remembered ?? []) {
    if (!isDealSlot(fact.slot) || fact.saidOn > facts.asOf) continue
    const { signal, field } = SLOTS[fact.slot]
    const known = found.get(signal)
    if (known !== undefined && known.saidOn >= fact.saidOn) continue
    if (!isOverruled(facts, field, fact.saidOn)) found.set(signal, fact)
  }
  return found
}

function isDealSlot(slot: string): slot is DealSlot {
  return Object.hasOwn(SLOTS, slot)
}

function isOverruled({ changes }: DealRiskFacts, field: string | null, saidOn: Day): boolean {
  return (changes ?? []).some((change) => change.field === field && change.onDay > saidOn)
}

type Overlay = (fact: RememberedFact, deal: DealUnderReview) => Partial<DealUnderReview>

/** What was said; null when that is that there is none. */
function saidBy(fact: RememberedFact): string | null {
  return saysNone(fact) ? null : (fact.value ?? fact.text)
}

const OVERLAYS: Readonly<Record<DealSlot, Overlay>> = {
  champion_left: (fact, deal) => (saysNone(fact) ? {} : { champion: leftPerson(deal.champion, fact) }),
  champion: (fact, deal) => ({ champion: person(saidBy(fact), deal.champion) }),
  economic_buyer: (fact, deal) => ({ economicBuyer: person(saidBy(fact), deal.economicBuyer) }),
  decision_criteria: (fact) => ({ decisionCriteria: saidBy(fact) }),
  timeline: (fact) => ({ timeline: saidBy(fact) }),
  competitor: (fact) => ({ competitor: saidBy(fact) }),
  next_step: (fact) => {
    const nextStep = saidBy(fact)
    return { nextStep, nextStepOn: nextStep === null ? null : (dayIn(fact) ?? null) }
  },
  budget: () => ({}),
}

/** The stored contact when the memory names the same person, so that its row stays evidence. */
function person(name: string | null, stored: DealContact | null): DealContact | null {
  if (name === null) return null
  const isSame = stored !== null && stored.name.toLowerCase() === name.toLowerCase()
  return { id: isSame ? stored.id : null, name, leftOn: null }
}

function leftPerson(stored: DealContact | null, { value, saidOn }: RememberedFact): DealContact {
  const isNamed = value !== null && !/^(yes|true|confirmed)$/i.test(value)
  const id = stored !== null && (!isNamed || stored.name.toLowerCase() === value.toLowerCase()) ? stored.id : null
  return { id, name: isNamed ? value : (stored?.name ?? 'The champion'), leftOn: stored?.leftOn ?? saidOn }
}

function dayIn({ value, text }: RememberedFact): Day | undefined {
  return `${value ?? ''} ${text}`.match(/\b\d{4}-\d{2}-\d{2}\b/g)?.find((day) => isDay(day))
}
