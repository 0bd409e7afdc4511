/** The few statistics the skills use. All rates are 0 to 1. */

const Z_95 = 1.959964

/** The 95 % Wilson score interval of a rate; null without trials. Source: E. B. Wilson, 1927. */
export function wilsonInterval(rate: number, trials: number): { low: number; high: number } | null {
  if (trials <= 0) return null
  const z2 = Z_95 * Z_95
  const centre = rate + z2 / (2 * trials)
  const spread = Z_95 * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials * trials))
  const scale = 1 + z2 / trials
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) }
}

/** The quantile by linear interpolation, as PostgreSQL's `percentile_cont`; null of nothing. */
export function quantile(values: readonly number[], fraction: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const place = fraction * (sorted.length - 1)
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  if (below === undefined || above === undefined) return null
  return below + (above - below) * (place - Math.floor(place))
}

/** How many imagined deals at the overall rate a small group is mixed with. */
export const PRIOR_STRENGTH = 20

/**
 * Mean of the beta posterior: `won` of `n`, with a prior of PRIOR_STRENGTH deals at the overall rate.
 * Equals the prior for an empty group and approaches the group's own rate as it grows.
 */
export function shrunkRate(won: number, n: number, overallRate: number): number {
  return (won + PRIOR_STRENGTH * overallRate) / (n + PRIOR_STRENGTH)
}

/** Rounded for reading and for stable tests; never used between steps. */
export function roundTo(value: number, digits: number): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}

/** How many standard errors two rates lie apart, with the rate of both pooled; positive when the second is lower. */
export function rateDropZ(
  before: { readonly won: number; readonly n: number },
  now: { readonly won: number; readonly n: number },
): number {
  if (before.n === 0 || now.n === 0) return 0
  const pooled = (before.won + now.won) / (before.n + now.n)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / before.n + 1 / now.n))
  return error === 0 ? 0 : (before.won / before.n - now.won / now.n) / error
}
