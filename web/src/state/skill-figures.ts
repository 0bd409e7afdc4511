import { z } from 'zod'
import { EvidenceRef } from '#contract/personas.ts'

/** The parts of `coach-deal`'s figures that the risk panel draws; what else they hold is left alone. */
const RiskFigures = z.looseObject({
  level: z.enum(['high', 'medium', 'low', 'unknown']),
  score: z.number().nullable(),
  signals: z.array(
    z.looseObject({
      name: z.string(),
      label: z.string(),
      state: z.enum(['risk', 'ok', 'unknown']),
      severity: z.string(),
      weight: z.number(),
      detail: z.string(),
      remedy: z.string(),
      evidence: z.array(EvidenceRef),
    }),
  ),
  winProbability: z
    .looseObject({ value: z.number(), low: z.number(), high: z.number(), n: z.number(), basis: z.string() })
    .nullable(),
})
export type RiskFigures = z.infer<typeof RiskFigures>

/** The parts of `assess-health`'s figures that the health panel draws. */
const HealthFigures = z.looseObject({
  score: z.number().nullable(),
  band: z.string(),
  components: z.array(
    z.looseObject({
      name: z.string(),
      label: z.string(),
      score: z.number().nullable(),
      weight: z.number(),
      inputs: z.array(
        z.looseObject({
          label: z.string(),
          value: z.string().nullable(),
          remedy: z.string(),
          evidence: z.array(EvidenceRef),
        }),
      ),
    }),
  ),
  drivers: z.array(z.looseObject({ direction: z.enum(['up', 'down']), text: z.string(), points: z.number() })),
})
export type HealthFigures = z.infer<typeof HealthFigures>

export type KnownFigures =
  | { readonly kind: 'risk'; readonly figures: RiskFigures }
  | { readonly kind: 'health'; readonly figures: HealthFigures }
  | { readonly kind: 'other' }

/** Figures of the two skills that have a drawing of their own; all others are shown in words. */
export function knownFigures(skill: string, figures: Readonly<Record<string, unknown>>): KnownFigures {
  const risk = skill === 'coach-deal' ? RiskFigures.safeParse(figures) : null
  if (risk?.success) return { kind: 'risk', figures: risk.data }
  const health = skill === 'assess-health' ? HealthFigures.safeParse(figures) : null
  return health?.success ? { kind: 'health', figures: health.data } : { kind: 'other' }
}

export type Signal = 'good' | 'watch' | 'risk' | 'unknown'

const SIGNALS: Readonly<Record<string, Signal>> = {
  low: 'good',
  medium: 'watch',
  high: 'risk',
  thriving: 'good',
  healthy: 'good',
  at_risk: 'watch',
  critical: 'risk',
  churning: 'risk',
  ok: 'good',
  risk: 'risk',
}

/** The signal of a level or band; what is not known is unknown, never good. */
export function signalOf(level: string): Signal {
  return SIGNALS[level] ?? 'unknown'
}

/** `3 of 5 inputs; usage and support missing`. */
export function coverageWords(coverage: { present: readonly string[]; missing: readonly { input: string }[] }): string {
  const all = coverage.present.length + coverage.missing.length
  const names = coverage.missing.map((missing) => missing.input)
  if (all === 0) return 'No inputs'
  if (names.length === 0) return `All ${all} inputs present`
  const shown = names.length <= 3 ? joinWords(names) : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
  return `${coverage.present.length} of ${all} inputs; ${shown} missing`
}

function joinWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}
