import { addDays, daysBetween } from '../day.ts'
import type { RememberedFact } from '../memory/slots.ts'
import type { Evidence } from '../skill.ts'
import { ageSignal, pushedSignal, sizeSignal, valueSignal } from './deal-history-signals.ts'
import { saysNone } from './remembered-deal.ts'
import { SIGNAL_WEIGHTS, type DealContact, type DealRiskFacts, type DealSignal, type DealSignalName } from './risk.ts'

/** Days without recorded activity after which a deal counts as silent; from the coaching rule Marcus works by. */
export const SILENT_AFTER_DAYS = 14

type Finding = Pick<DealSignal, 'state' | 'detail'> & Partial<Pick<DealSignal, 'severity' | 'remedy' | 'evidence'>>

type Rule = readonly [name: DealSignalName, label: string, find: (facts: DealRiskFacts) => Finding]

const RULES: readonly Rule[] = [
  ['activity_gap', 'Recent activity', activityGap],
  ['single_threaded', 'People involved', threading],
  ['economic_buyer', 'Economic buyer', economicBuyer],
  ['champion', 'Champion', champion],
  ['decision_criteria', 'Decision criteria', (facts) => writtenField(facts, 'decisionCriteria')],
  ['timeline', 'Timeline', (facts) => writtenField(facts, 'timeline')],
  ['next_step', 'Next step', nextStep],
  ['competitor', 'Competitor', competitor],
  ['age', 'Age', ageSignal],
  ['pushed_close', 'Expected close', pushedSignal],
  ['size_outlier', 'Size', sizeSignal],
  ['value_missing', 'Value', valueSignal],
]

/**
 * Every signal of an open deal, in no special order. What the data does not track is `unknown`, never a risk. The facts
 * hold the remembered values already; `remembered` says which memory decided which signal.
 */
export function dealSignals(
  facts: DealRiskFacts,
  remembered: ReadonlyMap<DealSignalName, RememberedFact> = new Map(),
): DealSignal[] {
  return RULES.map(([name, label, find]) => {
    const memory = remembered.get(name)
    const found = find(facts)
    const finding = memory === undefined ? found : withMemory(found, memory)
    return { name, label, weight: SIGNAL_WEIGHTS[name], severity: 'medium', remedy: '', evidence: [], ...finding }
  })
}

/** The finding with the memory that decided it named first among its rows. */
function withMemory(found: Finding, memory: RememberedFact): Finding & Pick<DealSignal, 'rememberedOn'> {
  const finding = memory.slot === 'budget' ? budget(found, memory) : found
  return {
    ...finding,
    detail: `${finding.detail} Remembered on ${memory.saidOn}: "${memory.text}"`,
    evidence: [{ kind: 'memory', id: memory.memoryId, label: memory.text }, ...(finding.evidence ?? [])],
    rememberedOn: memory.saidOn,
  }
}

/** A budget that is there answers for the size; one that is not makes any size a risk. */
function budget(size: Finding, memory: RememberedFact): Finding {
  if (!saysNone(memory)) return { state: 'ok', detail: size.detail }
  const remedy = 'Ask who can release the money and by when, or qualify the deal out.'
  return { state: 'risk', severity: 'high', detail: 'There is no budget.', remedy }
}

function activityGap({ asOf, deal, lastActivity, tracked }: DealRiskFacts): Finding {
  const remedy = 'Talk to the client this week and record what was agreed.'
  if (!tracked.activities) {
    return {
      state: 'unknown',
      detail: 'No deal has any recorded activity.',
      remedy: 'Import activities of your deals.',
    }
  }
  const evidence: Evidence[] = lastActivity
    ? [{ kind: 'activity', id: lastActivity.id, label: lastActivity.subject ?? `activity on ${lastActivity.onDay}` }]
    : []
  const since = lastActivity?.onDay ?? deal.createdOn
  if (since === null)
    return { state: 'risk', severity: 'medium', detail: 'No activity is recorded on this deal.', remedy }
  const days = daysBetween(since, asOf)
  const what = lastActivity
    ? `Last activity ${days} days ago, on ${since}.`
    : `No activity recorded in the ${days} days since it was created.`
  if (days <= SILENT_AFTER_DAYS) return { state: 'ok', detail: what, evidence }
  return { state: 'risk', severity: days > 30 ? 'high' : 'medium', detail: what, remedy, evidence }
}

function threading({ deal, recentContacts, tracked, asOf }: DealRiskFacts): Finding {
  if (!tracked.activityContacts) {
    const detail = 'Activities do not say whom they were with.'
    return { state: 'unknown', detail, remedy: 'Import activities with their contact.' }
  }
  const window = `since ${addDays(asOf, -90)}`
  const active = recentContacts.filter((contact) => !hasLeft(contact, asOf))
  const evidence = active.flatMap(contactEvidence)
  if (active.length >= 2)
    return { state: 'ok', detail: `${active.length} people at the client were in touch ${window}.`, evidence }
  const [only] = active
  const detail = only ? `Only ${only.name} was in touch ${window}.` : `Nobody at the client was in touch ${window}.`
  const remedy = 'Bring a second stakeholder into the next call.'
  // Early on one contact is usual; a decision that hangs on one person is not.
  const isLate = deal.stage === 'proposal' || deal.stage === 'negotiation'
  return { state: 'risk', severity: only && !isLate ? 'medium' : 'high', detail, remedy, evidence }
}

function economicBuyer({ deal, tracked, asOf }: DealRiskFacts): Finding {
  const buyer = deal.economicBuyer
  const remedy = 'Ask the champion who signs, and get a meeting with that person.'
  if (buyer) {
    const evidence = contactEvidence(buyer)
    if (!hasLeft(buyer, asOf)) return { state: 'ok', detail: `${buyer.name} is the economic buyer.`, evidence }
    return {
      state: 'risk',
      severity: 'high',
      detail: `${buyer.name}, the economic buyer, left on ${buyer.leftOn}.`,
      remedy,
      evidence,
    }
  }
  if (!tracked.economicBuyer) return untracked('economic buyers', 'economic_buyer')
  return { state: 'risk', severity: 'high', detail: 'No economic buyer is named.', remedy }
}

function champion({ deal, tracked, asOf }: DealRiskFacts): Finding {
  const person = deal.champion
  if (person) {
    const evidence = contactEvidence(person)
    if (!hasLeft(person, asOf)) return { state: 'ok', detail: `${person.name} is the champion.`, evidence }
    const remedy = 'Find who inherits the project and win a new champion; ask the old one for an introduction.'
    return {
      state: 'risk',
      severity: 'high',
      detail: `${person.name}, the champion, left on ${person.leftOn}.`,
      remedy,
      evidence,
    }
  }
  if (!tracked.champion) return untracked('champions', 'champion')
  const remedy = 'Name the person inside who sells this for you when you are not in the room.'
  return { state: 'risk', severity: 'high', detail: 'No champion is named.', remedy }
}

const WRITTEN_FIELDS = {
  decisionCriteria: {
    plural: 'decision criteria',
    column: 'decision_criteria',
    ask: 'Ask by which criteria they will decide, and write them down.',
  },
  timeline: { plural: 'timelines', column: 'timeline', ask: 'Agree dates for each step up to the signature.' },
} as const

function writtenField({ deal, tracked }: DealRiskFacts, field: keyof typeof WRITTEN_FIELDS): Finding {
  const { plural, column, ask } = WRITTEN_FIELDS[field]
  const text = deal[field]
  if (text !== null) return { state: 'ok', detail: text }
  if (!tracked[field]) return untracked(plural, column)
  return { state: 'risk', severity: 'medium', detail: `No ${plural} recorded.`, remedy: ask }
}

function nextStep({ deal, tracked, asOf }: DealRiskFacts): Finding {
  if (deal.nextStep === null) {
    if (!tracked.nextStep) return untracked('next steps', 'next_step')
    return {
      state: 'risk',
      severity: 'medium',
      detail: 'No next step is agreed.',
      remedy: 'Agree one next step with a date.',
    }
  }
  if (deal.nextStepOn === null) {
    const remedy = 'Give the next step a date.'
    return { state: 'risk', severity: 'low', detail: `"${deal.nextStep}" has no date.`, remedy }
  }
  const overdueDays = daysBetween(deal.nextStepOn, asOf)
  if (overdueDays <= 0) return { state: 'ok', detail: `"${deal.nextStep}" on ${deal.nextStepOn}.` }
  const detail = `"${deal.nextStep}" is ${overdueDays} days overdue.`
  return {
    state: 'risk',
    severity: overdueDays > 14 ? 'high' : 'medium',
    detail,
    remedy: 'Do it today or agree a new date.',
  }
}

function competitor({ deal, tracked }: DealRiskFacts): Finding {
  if (deal.competitor !== null) {
    const remedy = `Ask what they like about ${deal.competitor} and answer that point with a proof.`
    return { state: 'risk', severity: 'medium', detail: `${deal.competitor} competes.`, remedy }
  }
  return tracked.competitor
    ? { state: 'ok', detail: 'No competitor is known.' }
    : untracked('competitors', 'competitor')
}

function untracked(plural: string, column: string): Finding {
  return {
    state: 'unknown',
    detail: `None of the deals names ${plural}.`,
    remedy: `Import deals with a ${column} column.`,
  }
}

function hasLeft(contact: DealContact, asOf: string): boolean {
  return contact.leftOn !== null && contact.leftOn <= asOf
}

function contactEvidence({ id, name }: DealContact): Evidence[] {
  return id === null ? [] : [{ kind: 'contact', id, label: name }]
}
