/** Lines that came in this span are counted together, in milliseconds. */
const SPAN_MS = 10_000
/** So many alike pass in one span; of the others one in so many. */
const PASS_FIRST = 30
const PASS_EACH = 100
/** Words with an id in them would be a kind each. */
const MOST_KINDS = 500

interface Kind {
  readonly beganMs: number
  seen: number
  leftOut: number
}

/** Whether a line is written, and how many like it were left out before it. */
export type Verdict = { readonly isWritten: true; readonly leftOut: number } | { readonly isWritten: false }

export interface LineSampler {
  judge(kind: string): Verdict
  /** Kinds whose span is over with lines left out that no later line told of; each is answered once. */
  takeUntold(): { readonly kind: string; readonly leftOut: number }[]
}

/**
 * Keeps a fault that is met a thousand times a second from filling the log: of lines with the same words the first pass, then
 * one of many, and the next one says how many were left out.
 */
export function createLineSampler(monotonicMs: () => number): LineSampler {
  const kinds = new Map<string, Kind>()

  function begin(kind: string, nowMs: number): Verdict {
    const leftOut = kinds.get(kind)?.leftOut ?? 0
    kinds.delete(kind)
    if (kinds.size >= MOST_KINDS) {
      const [oldest = ''] = kinds.keys()
      kinds.delete(oldest)
    }
    kinds.set(kind, { beganMs: nowMs, seen: 1, leftOut: 0 })
    return { isWritten: true, leftOut }
  }

  return {
    judge(kind) {
      const nowMs = monotonicMs()
      const known = kinds.get(kind)
      if (!known || nowMs - known.beganMs >= SPAN_MS) return begin(kind, nowMs)
      known.seen += 1
      if (known.seen > PASS_FIRST && known.seen % PASS_EACH !== 0) {
        known.leftOut += 1
        return { isWritten: false }
      }
      const { leftOut } = known
      known.leftOut = 0
      return { isWritten: true, leftOut }
    },
    takeUntold() {
      const nowMs = monotonicMs()
      const over = [...kinds].filter(([, known]) => nowMs - known.beganMs >= SPAN_MS)
      for (const [kind] of over) kinds.delete(kind)
      return over.filter(([, { leftOut }]) => leftOut > 0).map(([kind, { leftOut }]) => ({ kind, leftOut }))
    },
  }
}
