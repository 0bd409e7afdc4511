import type { Day } from '../day.ts'
import { countOf, formatShare } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import { confidenceFrom, type Coverage, type Evidence, type NextStep, type SkillResult } from '../skill.ts'
import type { DealRiskFigures } from './risk.ts'

/** The whole skill result for an assessed deal. */
export function describeDealRisk(figures: DealRiskFigures, asOf: Day): SkillResult<DealRiskFigures> {
  const coverage: Coverage = {
    present: figures.signals.filter((signal) => signal.state !== 'unknown').map((signal) => signal.label),
    missing: figures.signals
      .filter((signal) => signal.state === 'unknown')
      .map((signal) => ({ input: signal.label, remedy: signal.remedy })),
  }
  return {
    skill: 'coach-deal',
    asOf,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: 1, enough: 1 }),
    caveats: caveatsOf(figures),
    evidence: evidenceOf(figures),
    nextStep: nextStepOf(figures),
    figures,
  }
}

function headlineOf({ deal, level, signals }: DealRiskFigures): string {
  const value = deal.value
    ? `, ${formatMoney(deal.value.amount)}${deal.value.estimatedRows > 0 ? ' at list price' : ''}`
    : ''
  const name = `${deal.name} (${deal.stage}${value})`
  if (deal.status !== 'open') return `${deal.name} is ${deal.status}; there is nothing left to coach.`
  const risks = signals.filter((signal) => signal.state === 'risk')
  if (level === 'unknown') {
    const known =
      risks.length > 0
        ? ` What is known points to: ${risks.map((signal) => signal.label.toLowerCase()).join(', ')}.`
        : ''
    return `${name}: too little is recorded to rate its risk.${known}`
  }
  const main = risks.slice(0, 3).map((signal) => signal.label.toLowerCase())
  return `${name}: ${level} risk${main.length > 0 ? ` from ${main.join(', ')}` : ', nothing stands out'}.`
}

function caveatsOf({ deal, signals, winProbability, knownWeight }: DealRiskFigures): string[] {
  if (deal.status !== 'open') return []
  const unknown = signals.filter((signal) => signal.state === 'unknown')
  const caveats: string[] = []
  if (unknown.length > 0) {
    const names = unknown.map((signal) => signal.label.toLowerCase()).join(', ')
    caveats.push(`Not known: ${names}. The rating rests on ${formatShare(knownWeight)} of the model's weight.`)
  }
  if (deal.value === null) caveats.push('The deal has no value; import with list price mapped to get an estimate.')
  else if (deal.value.estimatedRows > 0) caveats.push('The value is the list price: an estimate.')
  if (winProbability === null) caveats.push('No decided deals in sight, so no chance of winning can be given.')
  else
    caveats.push(
      `The chance of winning comes from ${countOf(winProbability.n, 'decided deal')} (${winProbability.basis}), not from the signals of this deal.`,
    )
  return caveats
}

function evidenceOf({ deal, signals }: DealRiskFigures): Evidence[] {
  const own: Evidence = { kind: 'deal', id: deal.id, label: deal.name }
  const all = [own, ...signals.flatMap((signal) => signal.evidence)]
  return all.filter(
    (item, index) => all.findIndex((other) => other.kind === item.kind && other.id === item.id) === index,
  )
}

function nextStepOf({ deal, signals }: DealRiskFigures): NextStep | null {
  if (deal.status !== 'open') return null
  const open: Evidence = { kind: 'deal', id: deal.id, label: deal.name }
  const first =
    signals.find((signal) => signal.state === 'risk') ?? signals.find((signal) => signal.state === 'unknown')
  return first
    ? { text: first.remedy, open }
    : { text: `Keep to the plan: ${deal.nextStep ?? 'agree the next step'}.`, open }
}
