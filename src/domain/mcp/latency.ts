/** How long the last requests took and how they ended; percentiles with the number they rest on. */
export interface Sample {
  readonly atMs: number
  readonly ms: number
  readonly isOk: boolean
}

export interface Spread {
  readonly n: number
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** Fewer say nothing about a tail. */
const LEAST = 5
const KEPT = 512
const WINDOW_MS = 15 * 60_000
const EWMA_WEIGHT = 0.2

/** The last samples with one more, oldest first; several processes may tell theirs a little late. */
export function addSample<Kept extends { readonly atMs: number }>(samples: readonly Kept[], sample: Kept): Kept[] {
  const kept = samples.length < KEPT ? [...samples] : samples.slice(1 - KEPT)
  let place = kept.length
  while (place > 0 && (kept[place - 1]?.atMs ?? 0) > sample.atMs) place -= 1
  kept.splice(place, 0, sample)
  return kept
}

/** Of those that ended well within the window, by nearest rank. */
export function spreadOf(samples: readonly Sample[], nowMs: number): Spread {
  const times: number[] = []
  for (const { atMs, ms, isOk } of samples) if (isOk && nowMs - atMs <= WINDOW_MS) times.push(ms)
  times.sort((a, b) => a - b)
  return { n: times.length, p50: rank(times, 0.5), p95: rank(times, 0.95), p99: rank(times, 0.99) }
}

/** Share that ended badly within the window, and of how many; null share where nothing was asked. */
export function errorRateOf(
  samples: readonly Sample[],
  nowMs: number,
): { readonly n: number; readonly rate: number | null } {
  let n = 0
  let failed = 0
  for (let index = samples.length - 1; index >= 0; index -= 1) {
    const sample = samples[index]
    if (!sample || nowMs - sample.atMs > WINDOW_MS) break
    n += 1
    if (!sample.isOk) failed += 1
  }
  return { n, rate: n === 0 ? null : failed / n }
}

/** Weighted mean of the times of those that ended well, the latest with a fifth. */
export function meanAfter(mean: number | null, { ms, isOk }: Pick<Sample, 'ms' | 'isOk'>): number | null {
  if (!isOk) return mean
  return mean === null ? ms : mean + EWMA_WEIGHT * (ms - mean)
}

function rank(sorted: readonly number[], share: number): number | null {
  if (sorted.length < LEAST) return null
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null
}
