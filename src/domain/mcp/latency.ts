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
  /** Share that ended badly within the window, and of how many; null share where nothing was asked. Time only goes forward. */
  errorRate(nowMs: number): { readonly n: number; readonly rate: number | null }
  /** Weighted mean of the times of those that ended well, the latest with a fifth. */
  ewma(): number | null
  /** The last ones, oldest first. */
  recent(count: number): readonly Sample[]
}

export function createLatencyRing(): LatencyRing {
  let samples: Sample[] = []
  let mean: number | null = null
  // Counted as they come and go: with every call it is asked how many failed.
  let first = 0
  let failed = 0
  const leave = (until: number): void => {
    for (; first < until; first += 1) if (samples[first]?.isOk === false) failed -= 1
  }
  return {
    add(sample) {
      samples.push(sample)
      if (!sample.isOk) failed += 1
      // Cut in steps, so that adding costs nothing most of the time.
      if (samples.length >= 2 * KEPT) {
        const cut = samples.length - KEPT
        leave(cut)
        samples = samples.slice(cut)
        first -= cut
      }
      if (sample.isOk) mean = mean === null ? sample.ms : mean + EWMA_WEIGHT * (sample.ms - mean)
    },
    spread(nowMs) {
      const times: number[] = []
      for (const { atMs, ms, isOk } of samples) if (isOk && nowMs - atMs <= WINDOW_MS) times.push(ms)
      times.sort((a, b) => a - b)
      return { n: times.length, p50: rank(times, 0.5), p95: rank(times, 0.95), p99: rank(times, 0.99) }
    },
    errorRate(nowMs) {
      let until = first
      while (until < samples.length && nowMs - (samples[until]?.atMs ?? nowMs) > WINDOW_MS) until += 1
      leave(until)
      const n = samples.length - first
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
