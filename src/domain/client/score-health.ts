import { financialMeasures } from './account-health.ts'
import type { HealthBand, HealthComponent, HealthComponentName, HealthInput } from './health.ts'
import type { HealthRows } from './health-rows.ts'
import { relationshipMeasures } from './relationship-health.ts'
import { engagementMeasures, supportMeasures } from './service-health.ts'
import { usageMeasures } from './usage-health.ts'

/** The five parts of the one health model; the weights sum to 1. */
const COMPONENTS: readonly {
  name: HealthComponentName
  label: string
  weight: number
  measure: (rows: HealthRows) => HealthInput[]
}[] = [
  { name: 'usage', label: 'Usage', weight: 0.3, measure: usageMeasures },
  { name: 'engagement', label: 'Engagement', weight: 0.25, measure: engagementMeasures },
  { name: 'financial', label: 'Payments', weight: 0.2, measure: financialMeasures },
  { name: 'support', label: 'Support', weight: 0.15, measure: supportMeasures },
  { name: 'relationship', label: 'Relationship', weight: 0.1, measure: relationshipMeasures },
]

export interface HealthScore {
  /** 0 to 100, one decimal; null when no component has rows. */
  readonly score: number | null
  readonly band: HealthBand
  readonly components: readonly HealthComponent[]
  /** Share of the model's weight that rows supplied, 0 to 1. */
  readonly knownWeight: number
}

/** The score of the rows on their own days. Components and inputs without rows are absent and the rest renormalised. */
export function scoreHealth(rows: HealthRows): HealthScore {
  const measured = COMPONENTS.map((component) => {
    const inputs = component.measure(rows)
    return { component, inputs, score: weightedMean(inputs) }
  })
  const presentWeight = measured.reduce((sum, { component, score }) => sum + (score === null ? 0 : component.weight), 0)
  const components = measured.map(({ component, inputs, score }) => ({
    name: component.name,
    label: component.label,
    score: score === null ? null : round1(score),
    baseWeight: component.weight,
    weight: score === null ? 0 : component.weight / presentWeight,
    inputs,
  }))
  const exact =
    presentWeight === 0
      ? null
      : measured.reduce((sum, { component, score }) => sum + (score ?? 0) * (component.weight / presentWeight), 0)
  const score = exact === null ? null : round1(Math.min(100, exact))
  return { score, band: bandOf(score), components, knownWeight: knownWeightOf(components) }
}

/** The band of a score; the one scale everywhere. */
export function bandOf(score: number | null): HealthBand {
  if (score === null) return 'unknown'
  if (score >= 90) return 'thriving'
  if (score >= 75) return 'healthy'
  if (score >= 50) return 'at_risk'
  return score >= 25 ? 'critical' : 'churning'
}

export function round1(value: number): number {
  return Math.round(value * 10) / 10
}

function weightedMean(inputs: readonly HealthInput[]): number | null {
  const known = inputs.flatMap((input) => (input.score === null ? [] : [{ score: input.score, weight: input.weight }]))
  const weight = known.reduce((sum, input) => sum + input.weight, 0)
  return weight === 0 ? null : known.reduce((sum, input) => sum + input.score * input.weight, 0) / weight
}

/** Inputs count with their part of the component, so that one of three is not taken for all. */
function knownWeightOf(components: readonly HealthComponent[]): number {
  const known = components.flatMap(({ baseWeight, inputs }) =>
    inputs.filter((input) => input.score !== null).map((input) => baseWeight * input.weight),
  )
  return Math.round(known.reduce((sum, weight) => sum + weight, 0) * 1000) / 1000
}
