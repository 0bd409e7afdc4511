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

/** A ring of the last samples of one server. */
export interface LatencyRing {
  add(sample: Sample): void
  /** Of those that ended well within the window, by nearest rank. */
  spread(nowMs: number): Spread
  /** Share that ended badly within the window, and of how many; null share where nothing was asked. */
  errorRate(nowMs: number): { readonly n: number; readonly rate: number | null }
  /** Weighted mean of the times of those that ended well, the latest with a fifth. */
  ewma(): number | null
  /** The last ones, oldest first. */
  recent(count: number): readonly Sample[]
}

export function createLatencyRing(): LatencyRing {
  let samples: Sample[] = []
  let mean: number | null = null
  return {
    add(sample) {
      samples.push(sample)
      // Cut in steps, so that adding costs nothing most of the time.
      if (samples.length >= 2 * KEPT) samples = samples.slice(-KEPT)
      if (sample.isOk) mean = mean === null ? sample.ms : mean + EWMA_WEIGHT * (sample.ms - mean)
    },
    spread(nowMs) {
      // Plain loops here and below: both are asked with every call.
      const times: number[] = []
      for (const { atMs, ms, isOk } of samples) if (isOk && nowMs - atMs <= WINDOW_MS) times.push(ms)
      times.sort((a, b) => a - b)
      return { n: times.length, p50: rank(times, 0.5), p95: rank(times, 0.95), p99: rank(times, 0.99) }
    },
    errorRate(nowMs) {
      let [n, failed] = [0, 0]
      for (const { atMs, isOk } of samples) {
        if (nowMs - atMs > WINDOW_MS) continue
        n += 1
        if (!isOk) failed += 1
      }
      return { n, rate: n === 0 ? null : failed / n }
    },
    ewma: () => mean,
    recent: (wanted) => samples.slice(-wanted),
  }
}

function rank(sorted: readonly number[], share: number): number | null {
  if (sorted.length < LEAST) return null
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null
}
