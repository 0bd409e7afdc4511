import type { Evidence } from '../skill.ts'
import type { HealthInput } from './health.ts'

/** One sub-score with how many rows it used. */
export type Measure = HealthInput

/** What a sub-score is, apart from any client. */
export type MeasureRule = Pick<HealthInput, 'name' | 'label' | 'weight' | 'formula' | 'remedy'>

export function absent(rule: MeasureRule): Measure {
  return { ...rule, value: null, score: null, evidence: [] }
}

/** A measured sub-score, clamped to 0..100. */
export function present(
  rule: MeasureRule,
  found: { score: number; value: string; evidence: readonly Evidence[] },
): Measure {
  return { ...rule, ...found, score: Math.min(100, Math.max(0, found.score)) }
}

/** `62 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** 100 at or below `best`, 0 at or above `worst`, straight between. */
export function fallingScore(value: number, best: number, worst: number): number {
  return 100 * Math.min(1, Math.max(0, (worst - value) / (worst - best)))
}
