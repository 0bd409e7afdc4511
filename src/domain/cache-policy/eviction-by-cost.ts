import type { EvictionRule } from './cache-class.ts'
import type { Evictable, Eviction } from './evictable.ts'
import { createGreedyDual } from './greedy-dual.ts'

/** A millisecond that somebody would wait counts like a millionth of a dollar, 3.60 an hour: a judgement, not a measurement. */
const MICROS_PER_MS = 1
const LEAST_WORTH = 0.001

/** What losing a value costs in micros of a dollar: its money, and the wait while it is made again. */
export function worthOf({ costMicros, makingMs }: { readonly costMicros: number; readonly makingMs: number }): number {
  return Math.max(LEAST_WORTH, costMicros + makingMs * MICROS_PER_MS)
}

export function createEviction<Entry extends Evictable<Entry>>(rule: EvictionRule): Eviction<Entry> {
  return rule === 'gdsf' ? createGreedyDual<Entry>() : createSieveByCost<Entry>()
}

const MOST_CREDIT = 7
/** Over how many of the last entries the mean of worth per byte runs. */
const MEAN_OVER = 5000
/** Distances above the mean of log(worth / byte): from there on an entry begins with this credit and gains this much. */
const GRADES = [
  { above: 2, credit: 2, growth: 4 },
  { above: 0.7, credit: 1, growth: 2 },
] as const
const PLAIN_GRADE = { credit: 0, growth: 1 } as const

/**
 * SIEVE with weighted marks: a hand walks from the oldest to the newest, takes a mark from each it passes and drops the first
 * without one. Entries worth much more per byte than the others begin with marks and gain them faster.
 */
function createSieveByCost<Entry extends Evictable<Entry>>(): Eviction<Entry> {
  let newest: Entry | null = null
  let oldest: Entry | null = null
  let hand: Entry | null = null
  let mean = 0
  let seen = 0

  const remove = (entry: Entry): void => {
    if (hand === entry) hand = entry.newer
    if (entry.newer) entry.newer.older = entry.older
    else newest = entry.older
    if (entry.older) entry.older.newer = entry.newer
    else oldest = entry.newer
    entry.newer = null
    entry.older = null
  }
  return {
    add(entry) {
      const density = Math.log(entry.worth / Math.max(1, entry.bytes))
      seen += 1
      mean += (density - mean) / Math.min(seen, MEAN_OVER)
      const grade = GRADES.find(({ above }) => density - mean > above) ?? PLAIN_GRADE
      entry.credit = grade.credit
      entry.growth = grade.growth
      entry.newer = null
      entry.older = newest
      if (newest) newest.newer = entry
      else oldest = entry
      newest = entry
    },
    touch(entry) {
      entry.credit = Math.min(MOST_CREDIT, entry.credit + entry.growth)
    },
    remove,
    takeNext() {
      let found = hand ?? oldest
      // Each pass takes a mark, so it ends after at most MOST_CREDIT rounds.
      while (found && found.credit > 0) {
        found.credit -= 1
        found = found.newer ?? oldest
      }
      if (!found) return undefined
      hand = found.newer
      remove(found)
      return found
    },
  }
}
