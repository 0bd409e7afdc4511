import { wilsonInterval } from './statistics.ts'

/** A figure with its 95 % interval and the number of rows it rests on; the interval is null where rows are too few. */
export interface Estimate {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
  readonly n: number
}

/** The first figure minus the second, with its 95 % interval. */
export interface Difference {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** A count of values with their sum and sum of squares, so that groups can be added up before their mean is taken. */
export interface Moments {
  readonly n: number
  readonly sum: number
  readonly squares: number
}

/** How often each value occurs. */
export interface Occurrence {
  readonly value: number
  readonly count: number
}

/** With fewer values than this a mean's interval says more about luck than about the values. */
const MEAN_NEEDS = 5
/** Beyond this many values the binomial's ranks are taken from the normal curve. */
const EXACT_RANKS_UP_TO = 500
const Z_95 = 1.959964

/** A share with Wilson's interval; null of nothing. */
export function rateEstimate(hits: number, n: number): Estimate | null {
  const interval = n > 0 ? wilsonInterval(hits / n, n) : null
  return interval && { value: hits / n, ...interval, n }
}

/** A mean with Student's interval; without an interval from fewer than five values; null of nothing. */
export function meanEstimate({ n, sum, squares }: Moments): Estimate | null {
  if (n <= 0) return null
  const value = sum / n
  if (n < MEAN_NEEDS) return { value, low: null, high: null, n }
  // Rounding can push the difference of two large sums below zero.
  const variance = Math.max(0, (squares - n * value * value) / (n - 1))
  const margin = studentT(n - 1) * Math.sqrt(variance / n)
  return { value, low: value - margin, high: value + margin, n }
}

/** Student's t for 95 %, by the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5); exact to 0.01 from 4 degrees on. */
export function studentT(degrees: number): number {
  const z = Z_95
  const first = (z ** 3 + z) / (4 * degrees)
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2)
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  return z + first + second + third
}

/**
 * The median with the interval between two order statistics that holds it in 95 of 100 samples or more, whatever the
 * shape of the values (David and Nagaraja, Order Statistics, 7.1). Without an interval from fewer than six values.
 */
export function medianEstimate(occurrences: readonly Occurrence[]): Estimate | null {
  const sorted = occurrences.filter(({ count }) => count > 0).toSorted((a, b) => a.value - b.value)
  const n = sorted.reduce((sum, { count }) => sum + count, 0)
  if (n === 0) return null
  const middle = (valueAtRank(sorted, Math.ceil(n / 2)) + valueAtRank(sorted, Math.floor(n / 2) + 1)) / 2
  const rank = lowRankOf(n)
  if (rank === null) return { value: middle, low: null, high: null, n }
  return { value: middle, low: valueAtRank(sorted, rank), high: valueAtRank(sorted, n + 1 - rank), n }
}

/** The rank, from 1, of the lower bound of the median among `n` values; the upper one is its mirror. */
export function lowRankOf(n: number): number | null {
  if (n > EXACT_RANKS_UP_TO) return Math.floor((n + 1 - Z_95 * Math.sqrt(n)) / 2)
  let term = 0.5 ** n
  let below = term
  let rank = 0
  while (below <= 0.025) {
    rank += 1
    term = (term * (n - rank + 1)) / rank
    below += term
  }
  return rank === 0 ? null : rank
}

function valueAtRank(sorted: readonly Occurrence[], rank: number): number {
  let seen = 0
  for (const { value, count } of sorted) {
    seen += count
    if (seen >= rank) return value
  }
  return sorted.at(-1)?.value ?? 0
}

/**
 * The difference of two independent figures from their own intervals: the method of variance estimates recovery
 * (Zou and Donner, 2008), which for two rates is Newcombe's hybrid score interval. Null without both intervals.
 */
export function differenceOf(a: Estimate, b: Estimate): Difference | null {
  if (a.low === null || a.high === null || b.low === null || b.high === null) return null
  const value = a.value - b.value
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  }
}

/**
 * About how many rows more `a` would need for the difference seen to stand out, should it hold; null when more of `a`
 * alone would not do, because the other side is itself too uncertain. Margins shrink with the root of the rows.
 */
export function moreNeeded(a: Estimate, b: Estimate): number | null {
  if (a.low === null || a.high === null || b.low === null || b.high === null) return null
  const gap = a.value - b.value
  const own = gap > 0 ? a.value - a.low : a.high - a.value
  const other = gap > 0 ? b.high - b.value : b.value - b.low
  if (gap * gap <= other * other) return null
  return Math.max(1, Math.ceil((a.n * own * own) / (gap * gap - other * other)) - a.n)
}

/** The smallest change from today's figure that `rows` new rows could show; null without an interval. */
export function noticeableChange(today: Estimate, rows: number): number | null {
  if (today.low === null || today.high === null || rows <= 0) return null
  const margin = (today.high - today.low) / 2
  return Math.hypot(margin, margin * Math.sqrt(today.n / rows))
}
