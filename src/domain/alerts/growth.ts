interface Reading {
  readonly atMs: number
  readonly total: number
}

/** How much counters grew; what they counted before they were first read is taken to be new, for they began with the process. */
export interface Growth {
  /** How much the counter of this name, which now stands at `total`, grew in the last so many seconds; `nowMs` never runs backwards. */
  of(name: string, total: number, { seconds, nowMs }: { readonly seconds: number; readonly nowMs: number }): number
}

export function createGrowth(): Growth {
  const past = new Map<string, Reading[]>()
  return {
    of(name, total, { seconds, nowMs }) {
      const known = past.get(name) ?? [{ atMs: 0, total: 0 }]
      past.set(name, known)
      // Of those from before the span the newest is enough.
      while ((known[1]?.atMs ?? Infinity) <= nowMs - seconds * 1000) known.shift()
      known.push({ atMs: nowMs, total })
      return total - (known[0]?.total ?? 0)
    },
  }
}
