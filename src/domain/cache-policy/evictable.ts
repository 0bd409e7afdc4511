/** What may be dropped to make room. Everything below `worth` is kept by the rule; make it with `UNPLACED`. */
export interface Evictable<Self> {
  readonly bytes: number
  /** What losing it costs, in micros of a dollar; see `worthOf`. */
  readonly worth: number
  /** SIEVE: how often the hand passes it by. GDSF: how often it was used. */
  credit: number
  /** SIEVE: by how much a use raises the credit. */
  growth: number
  newer: Self | null
  older: Self | null
  /** GDSF: the lowest leaves first; its place in the heap. */
  priority: number
  place: number
}

export const UNPLACED = { credit: 0, growth: 0, newer: null, older: null, priority: 0, place: -1 } as const

/** An order of leaving. All methods take entries of this structure only. */
export interface Eviction<Entry> {
  add(entry: Entry): void
  /** It answered. */
  touch(entry: Entry): void
  remove(entry: Entry): void
  /** Takes out the entry that should leave; undefined when none is left. */
  takeNext(): Entry | undefined
}
