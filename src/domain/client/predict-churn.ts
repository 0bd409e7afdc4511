import { countOf, formatShare } from '../figure-text.ts'
import { confidenceFrom, type Coverage, type Evidence, type SkillResult } from '../skill.ts'
import { clientOf } from './assess-health.ts'
import type { ChurnBand, ChurnEstimate, ChurnFeatures, ChurnFigures, ChurnModel } from './churn.ts'
import { churnFeatures } from './churn-features.ts'
import { CHURN_RULE, churnScorecard } from './churn-scorecard.ts'
import type { HealthRows } from './health-rows.ts'
import { scoreHealth } from './score-health.ts'

export const CHURN_WORDS: Record<ChurnBand, string> = {
  low: 'low',
  elevated: 'elevated',
  high: 'high',
  severe: 'severe',
  unknown: 'unknown',
}
/** Features from which on more of them add nothing to confidence. */
const ENOUGH_FEATURES = 9

/** The whole skill result: the features, what the model makes of them, and what is missing. */
export function predictChurn(rows: HealthRows, model: ChurnModel = churnScorecard): SkillResult<ChurnFigures> {
  const features = churnFeatures(rows)
  const estimate = model.predict(features)
  const coverage = coverageOf(features)
  const { score, band } = scoreHealth(rows)
  const client = clientOf(rows)
  return {
    skill: 'predict-churn',
    asOf: rows.days.clients,
    headline: headlineOf(client.name, estimate),
    coverage,
    confidence: confidenceFrom(coverage, { rows: coverage.present.length, enough: ENOUGH_FEATURES }),
    caveats: caveatsOf(estimate),
    evidence: evidenceOf(client, estimate),
    nextStep: nextStepOf(client, estimate),
    figures: { client, estimate, health: score === null ? null : { score, band }, rule: CHURN_RULE },
  }
}

function coverageOf(features: ChurnFeatures): Coverage {
  const all = Object.values(features)
  return {
    present: all.filter((one) => one.value !== null).map((one) => one.label),
    missing: all.filter((one) => one.value === null).map((one) => ({ input: one.label, remedy: one.remedy })),
  }
}

function headlineOf(name: string, { points, band, factors }: ChurnEstimate): string {
  if (points === null) return `The churn risk of ${name} is unknown: nothing is stored or remembered that speaks of it.`
  const heavy = factors.filter((factor) => factor.points >= 1).slice(0, 3)
  const why = heavy.map((factor) => `${factor.label.toLowerCase()} ${factor.text}`).join('; ')
  if (band === 'unknown')
    return `The churn risk of ${name} is unknown: too little is known to call it low${why === '' ? '' : `. What is known: ${why}`}.`
  const reasons = why === '' ? 'Nothing known speaks for leaving.' : `Now: ${why}.`
  return `The churn risk of ${name} is ${CHURN_WORDS[band]}, at least ${Math.floor(points)} of 100 points. ${reasons}`
}

function caveatsOf({ probability, points, knownShare, interactions }: ChurnEstimate): string[] {
  const caveats: string[] = []
  if (probability === null && points !== null)
    caveats.push('The points are a scorecard, not a probability: they have not been held against outcomes.')
  if (points !== null && knownShare < 1)
    caveats.push(
      `${formatShare(knownShare)} of the points could be judged; what is unknown counts nothing, so the risk is at least this.`,
    )
  for (const { text, points: extra } of interactions)
    caveats.push(`${extra.toFixed(1)} points come on top because ${text}.`)
  return caveats
}

function evidenceOf(client: ChurnFigures['client'], { factors }: ChurnEstimate): Evidence[] {
  const all: Evidence[] = [
    { kind: 'client', id: client.id, label: client.name },
    ...factors.flatMap((factor) => factor.evidence),
  ]
  return all
    .filter((item, index) => all.findIndex((other) => other.kind === item.kind && other.id === item.id) === index)
    .slice(0, 30)
}

function nextStepOf(client: ChurnFigures['client'], { points, factors }: ChurnEstimate): SkillResult['nextStep'] {
  const open: Evidence = { kind: 'client', id: client.id, label: client.name }
  if (points === null) return { text: `Import what you have about ${client.name}, or tell me what you know.`, open }
  const heaviest = factors.find((factor) => factor.points > 0)
  if (heaviest === undefined) return { text: 'Nothing to take away; keep the conversation going.', open }
  const worth = countOf(Math.round(heaviest.points), 'point')
  return {
    text: `Aim first at what weighs most (${worth}): ${lowerFirst(heaviest.relief)}`,
    ask: { persona: 'sarah', text: `Plan an intervention for ${client.name}` },
    open,
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
