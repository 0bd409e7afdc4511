import type { TermCounts } from './recall.ts'
import { stemsOf } from './words.ts'

export interface GrowingTermCounts extends TermCounts {
  add(text: string): void
  /** With the text as it was added. */
  remove(text: string): void
}

/** In how many texts each stem occurs: kept by the process beside its vectors. */
export function createTermCounts(): GrowingTermCounts {
  const counts = new Map<string, number>()
  let size = 0
  function change(text: string, by: 1 | -1): void {
    size += by
    for (const stem of new Set(stemsOf(text))) {
      const count = (counts.get(stem) ?? 0) + by
      if (count > 0) counts.set(stem, count)
      else counts.delete(stem)
    }
  }
  return {
    get size() {
      return size
    },
    countOf: (stem) => counts.get(stem) ?? 0,
    add: (text) => change(text, 1),
    remove: (text) => change(text, -1),
  }
}

/** Rarity of a stem (the BM25 form, Robertson and Spärck Jones); 0 for one that nothing contains. */
export function rarityOf(stem: string, counts: TermCounts): number {
  const count = counts.countOf(stem)
  return count === 0 ? 0 : Math.log(1 + (counts.size - count + 0.5) / (count + 0.5))
}
