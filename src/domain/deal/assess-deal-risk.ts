import { daysBetween } from '../day.ts'
import type { MoneyFigure } from '../skill.ts'
import { dealSignals } from './deal-signals.ts'
import { applyRemembered } from './remembered-deal.ts'
import type { DealRiskFacts, DealRiskFigures, DealSignal, DealUnderReview } from './risk.ts'
import { roundTo } from './statistics.ts'
import { winProbabilityOf } from './win-probability.ts'

const SEVERITY_FACTORS = { high: 1, medium: 0.7, low: 0.4 } as const
const STATE_ORDER = { risk: 0, unknown: 1, ok: 2 } as const
/** Below this share of the model's weight a level would be a guess. */
const LEVEL_NEEDS_WEIGHT = 1 / 3

/**
 * Looks at every signal of an open deal, with what is remembered of it laid over the stored fields. A decided deal has
 * nothing left to risk: its signals are empty.
 */
export function assessDealRisk(stored: DealRiskFacts): DealRiskFigures {
  const { facts, bySignal } = applyRemembered(stored)
  const signals = facts.deal.status === 'open' ? dealSignals(facts, bySignal).toSorted(bySeriousness) : []
  const known = signals.filter((signal) => signal.state !== 'unknown')
  const knownWeight = sumOf(known, (signal) => signal.weight)
  const risk = sumOf(known, (signal) =>
    signal.state === 'risk' ? signal.weight * SEVERITY_FACTORS[signal.severity] : 0,
  )
  const score = knownWeight === 0 ? null : roundTo(risk / knownWeight, 4)
  return {
    deal: summaryOf(facts),
    level: score === null || knownWeight < LEVEL_NEEDS_WEIGHT ? 'unknown' : levelOf(score, known),
    score,
    knownWeight: roundTo(knownWeight, 4),
    signals,
    winProbability: facts.deal.status === 'open' ? winProbabilityOf(facts.history) : null,
    ages: agesOf(facts),
    calibration: facts.calibration ?? null,
  }
}

/** One grave risk is never "low", however well the rest looks. */
function levelOf(score: number, known: readonly DealSignal[]): 'high' | 'medium' | 'low' {
  if (score >= 0.35) return 'high'
  const isGrave = known.some((signal) => signal.state === 'risk' && signal.severity === 'high')
  return score >= 0.15 || isGrave ? 'medium' : 'low'
}

function bySeriousness(a: DealSignal, b: DealSignal): number {
  const byState = STATE_ORDER[a.state] - STATE_ORDER[b.state]
  return byState || b.weight * SEVERITY_FACTORS[b.severity] - a.weight * SEVERITY_FACTORS[a.severity]
}

function sumOf(signals: readonly DealSignal[], part: (signal: DealSignal) => number): number {
  return signals.reduce((sum, signal) => sum + part(signal), 0)
}

function agesOf({ deal, asOf, wonAges, stageAges }: DealRiskFacts): DealRiskFigures['ages'] {
  const until = deal.closedOn ?? asOf
  return {
    ageDays: deal.createdOn === null ? null : daysBetween(deal.createdOn, until),
    stageDays: deal.stageEnteredOn === null ? null : daysBetween(deal.stageEnteredOn, until),
    won: wonAges,
    wonInStage: stageAges ?? null,
  }
}

function summaryOf({ deal, asOf, lastActivity }: DealRiskFacts): DealRiskFigures['deal'] {
  return {
    id: deal.id,
    name: deal.name,
    stage: deal.stage,
    status: deal.status,
    clientName: deal.clientName,
    repName: deal.repName,
    productName: deal.productName,
    value: valueOf(deal),
    ageDays: deal.createdOn === null ? null : daysBetween(deal.createdOn, deal.closedOn ?? asOf),
    lastActivityOn: lastActivity?.onDay ?? null,
    nextStep: deal.nextStep,
    nextStepOn: deal.nextStepOn,
  }
}

function valueOf(deal: DealUnderReview): MoneyFigure | null {
  if (deal.valueMicros === null) return null
  const amount = { amountMicros: deal.valueMicros, currency: deal.currency }
  return { amount, rows: 1, estimatedRows: deal.isEstimated ? 1 : 0, unvaluedRows: 0 }
}
