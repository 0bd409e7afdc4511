import { daysBetween } from '../day.ts'
import { formatMoney } from '../money.ts'
import type { Evidence } from '../skill.ts'
import type { AgeSpread, DealRiskFacts, DealSignal } from './risk.ts'

type Finding = Pick<DealSignal, 'state' | 'detail'> & Partial<Pick<DealSignal, 'severity' | 'remedy' | 'evidence'>>

/**
 * The deal's age held against the age at which won deals closed, and its days in the present stage against those that
 * won deals stood in it. The graver of the two speaks.
 */
export function ageSignal(facts: DealRiskFacts): Finding {
  const { asOf, deal, wonAges } = facts
  const inStage = stageAge(facts)
  if (deal.createdOn === null)
    return inStage ?? unknownAge('The deal has no created day.', 'Fill in when the deal was created.')
  const days = daysBetween(deal.createdOn, asOf)
  if (wonAges === null) {
    const detail = `Open for ${days} days; too few won deals to tell whether that is long.`
    return inStage ?? unknownAge(detail, 'Import won deals with created and closed days.')
  }
  const held = `Open for ${days} days; half of ${wonAges.n} won deals closed within ${Math.round(wonAges.medianDays)}`
  const remedy = 'Ask what would have to be true to decide this month, or qualify it out.'
  const severity = severityOf(days, wonAges)
  if (severity === 'high' || (severity === 'medium' && inStage?.severity !== 'high'))
    return { state: 'risk', severity, detail: `${held}, ${limitWords(severity, wonAges)}.`, remedy }
  return inStage ?? { state: 'ok', detail: `${held}, ${limitWords('medium', wonAges)}.` }
}

function unknownAge(detail: string, remedy: string): Finding {
  return { state: 'unknown', detail, remedy }
}

function severityOf(days: number, spread: AgeSpread): 'high' | 'medium' | null {
  return days > spread.p90Days ? 'high' : days > spread.p75Days ? 'medium' : null
}

function limitWords(severity: 'high' | 'medium', { p75Days, p90Days }: AgeSpread): string {
  return severity === 'high'
    ? `nine in ten within ${Math.round(p90Days)}`
    : `three in four within ${Math.round(p75Days)}`
}

/** A stage that takes longer than it took won deals; without their history, longer than half of them took in all. */
function stageAge({ deal, asOf, wonAges, stageAges, changes }: DealRiskFacts): Finding | null {
  if (deal.stageEnteredOn === null) return null
  const days = daysBetween(deal.stageEnteredOn, asOf)
  const remedy = 'Agree what moves it to the next stage, with a date.'
  const entered = changes?.find((change) => change.field === 'stage' && change.to === deal.stage)
  const evidence: Evidence[] = entered
    ? [{ kind: 'change', id: entered.id, label: `entered ${deal.stage} on ${entered.onDay}` }]
    : []
  if (stageAges) {
    const severity = severityOf(days, stageAges)
    if (severity === null) return null
    const detail = `In ${deal.stage} for ${days} days; of ${stageAges.n} won deals half left it within ${Math.round(stageAges.medianDays)}, ${limitWords(severity, stageAges)}.`
    return { state: 'risk', severity, detail, remedy, evidence }
  }
  if (wonAges === null || days <= wonAges.medianDays) return null
  const detail = `In ${deal.stage} for ${days} days, longer than half of the won deals took in all (${Math.round(wonAges.medianDays)}).`
  return { state: 'risk', severity: 'medium', detail, remedy, evidence }
}

/** An expected close that passed or was moved again and again; each move is cited by its change. */
export function pushedSignal({ asOf, deal, tracked, changes }: DealRiskFacts): Finding {
  const remedy = 'Rebuild the close plan backwards from a date the client names.'
  const evidence = pushesOf(changes ?? [])
  const pushed = deal.pushedCount > 0 ? `moved ${deal.pushedCount} ${deal.pushedCount === 1 ? 'time' : 'times'}` : ''
  if (deal.expectedCloseOn !== null && deal.expectedCloseOn < asOf) {
    const days = daysBetween(deal.expectedCloseOn, asOf)
    const detail = `Was expected to close ${days} days ago${pushed && `, ${pushed}`}.`
    return { state: 'risk', severity: 'high', detail, remedy, evidence }
  }
  if (deal.pushedCount >= 2) {
    const severity = deal.pushedCount >= 3 ? 'high' : 'medium'
    return { state: 'risk', severity, detail: `The expected close was ${pushed}.`, remedy, evidence }
  }
  if (deal.expectedCloseOn === null && !tracked.pushes) {
    return { state: 'unknown', detail: 'No expected close day.', remedy: 'Set the day you expect it to close.' }
  }
  return { state: 'ok', detail: pushed ? `The expected close was ${pushed}.` : 'The expected close holds.', evidence }
}

function pushesOf(changes: NonNullable<DealRiskFacts['changes']>): Evidence[] {
  return changes.flatMap(({ id, field, from, to, onDay }) =>
    field === 'expected_close_on' && from !== null && to !== null && to > from
      ? [{ kind: 'change' as const, id, label: `expected close moved from ${from} to ${to} on ${onDay}` }]
      : [],
  )
}

/** A value far above what was ever won. */
export function sizeSignal({ deal, wonValues }: DealRiskFacts): Finding {
  if (deal.valueMicros === null) {
    return { state: 'unknown', detail: 'The deal has no value to compare.', remedy: 'Fill in the value.' }
  }
  if (wonValues === null) {
    return {
      state: 'unknown',
      detail: 'Too few won deals have a value.',
      remedy: 'Import won deals with their values.',
    }
  }
  const value = formatMoney({ amountMicros: deal.valueMicros, currency: deal.currency })
  const usual = formatMoney({ amountMicros: Math.round(wonValues.p90Micros), currency: deal.currency })
  const detail = `${value}; nine in ten of ${wonValues.n} won deals were at most ${usual}.`
  if (deal.valueMicros <= 1.5 * wonValues.p90Micros) return { state: 'ok', detail }
  return {
    state: 'risk',
    severity: 'medium',
    detail,
    remedy: 'Check the scope, or plan for a longer decision with more people.',
  }
}

/** A missing value is unknown, an estimated one is said to be so. */
export function valueSignal({ deal }: DealRiskFacts): Finding {
  if (deal.valueMicros === null) {
    const remedy = 'Fill in the value, or import with the list price mapped to get an estimate.'
    return { state: 'unknown', detail: 'The deal has no value.', remedy }
  }
  const value = formatMoney({ amountMicros: deal.valueMicros, currency: deal.currency })
  if (!deal.isEstimated) return { state: 'ok', detail: `${value}.` }
  return { state: 'ok', detail: `${value}, estimated from the list price.` }
}
