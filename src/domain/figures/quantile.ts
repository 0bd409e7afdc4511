import { SECOND_STEPS } from './figures.ts'

/**
 * The seconds that a share of all did not exceed, as Prometheus's `histogram_quantile` works it out: evenly within its step. Null where
 * nothing was counted; past the last end, that end, for more is not known.
 */
export function quantileOf(steps: readonly number[], share: number): number | null {
  const total = steps.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const rank = share * total
  let below = 0
  for (const [step, count] of steps.entries()) {
    const end = SECOND_STEPS[step]
    if (end === undefined) break
    if (count > 0 && below + count >= rank) {
      const start = SECOND_STEPS[step - 1] ?? 0
      return start + (end - start) * Math.max(0, (rank - below) / count)
    }
    below += count
  }
  return SECOND_STEPS.at(-1) ?? null
}
