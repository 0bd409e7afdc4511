import type { TrackedFields } from '#domain/deal/risk.ts'

/** The gaps a snapshot may name: every deal has a value, client and close; the rest only where somebody fills it in. */
export function trackedNames(tracked: TrackedFields): string[] {
  const named: readonly (readonly [string, boolean])[] = [
    ['value', true],
    ['client', true],
    ['expected close', true],
    ['next step', tracked.nextStep],
    ['champion', tracked.champion],
    ['economic buyer', tracked.economicBuyer],
    ['decision criteria', tracked.decisionCriteria],
    ['timeline', tracked.timeline],
  ]
  return named.flatMap(([name, isTracked]) => (isTracked ? [name] : []))
}
