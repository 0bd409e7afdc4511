/** How long each kind of work usually takes, learnt from work itself. Kinds come from a closed set, such as routes. */
export interface UsualTimes {
  /** In milliseconds; what is seen for the first time is usual. */
  of(kind: string, seenMs: number): number
  /** Learns from one piece of work; under strain hardly at all: what is slow for a minute is not yet usual. `nowMs` is monotonic. */
  learn(kind: string, work: { readonly ms: number; readonly nowMs: number; readonly isStrained: boolean }): void
}

/** The mean forgets with these time constants, however much or little is asked. */
const FORGETS_MS = 5000
const FORGETS_STRAINED_MS = 600_000
/** What comes once an hour is not decided by its last time alone. */
const MOST_AT_ONCE = 0.1
/** Less is not told apart from the clock's own steps. */
const LEAST_MS = 0.1

export function createUsualTimes(): UsualTimes {
  const means = new Map<string, { meanMs: number; atMs: number }>()
  return {
    of: (kind, seenMs) => means.get(kind)?.meanMs ?? Math.max(LEAST_MS, seenMs),
    learn(kind, { ms, nowMs, isStrained }) {
      const known = means.get(kind)
      if (!known) {
        means.set(kind, { meanMs: Math.max(LEAST_MS, ms), atMs: nowMs })
        return
      }
      const sinceMs = Math.max(0, nowMs - known.atMs)
      const weight = Math.min(MOST_AT_ONCE, 1 - Math.exp(-sinceMs / (isStrained ? FORGETS_STRAINED_MS : FORGETS_MS)))
      known.meanMs = Math.max(LEAST_MS, known.meanMs + (ms - known.meanMs) * weight)
      known.atMs = nowMs
    },
  }
}
