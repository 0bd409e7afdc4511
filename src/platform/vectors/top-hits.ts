import type { VectorHit } from './vector-index.ts'

export interface TopHits {
  /** A score must reach this to be worth offering. */
  readonly threshold: number
  offer(id: string, score: number): void
  toSorted(): VectorHit[]
}

/** Keeps the best k: a binary heap with the worst of them on top. Equal scores go by id. */
export function createTopHits(k: number): TopHits {
  const heap: VectorHit[] = []
  let threshold = k > 0 ? -Infinity : Infinity

  function swap(a: number, b: number): void {
    const [first, second] = [heap[a], heap[b]]
    if (!first || !second) return
    heap[a] = second
    heap[b] = first
  }
  function isWorseAt(a: number, b: number): boolean {
    const [first, second] = [heap[a], heap[b]]
    return first !== undefined && second !== undefined && compareHits(first, second) > 0
  }
  function rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (!isWorseAt(at, parent)) return
      swap(at, parent)
      at = parent
    }
  }
  function sink(): void {
    for (let at = 0; ;) {
      let worst = at
      if (isWorseAt(2 * at + 1, worst)) worst = 2 * at + 1
      if (isWorseAt(2 * at + 2, worst)) worst = 2 * at + 2
      if (worst === at) return
      swap(at, worst)
      at = worst
    }
  }

  return {
    get threshold() {
      return threshold
    },
    offer(id, score) {
      const hit = { id, score }
      if (heap.length < k) {
        heap.push(hit)
        rise(heap.length - 1)
      } else {
        const worst = heap[0]
        if (!worst || compareHits(hit, worst) >= 0) return
        heap[0] = hit
        sink()
      }
      if (heap.length === k) threshold = heap[0]?.score ?? threshold
    },
    toSorted: () => heap.toSorted(compareHits),
  }
}

function compareHits(a: VectorHit, b: VectorHit): number {
  return b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
