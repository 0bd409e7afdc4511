import type { Evictable, Eviction } from './evictable.ts'

/** Greedy dual by size and frequency: leaves first what is worth least per byte and use, and ages by what has left. */
export function createGreedyDual<Entry extends Evictable<Entry>>(): Eviction<Entry> {
  const heap = createHeap<Entry>()
  let floor = 0
  const rank = (entry: Entry): void => {
    entry.priority = floor + (entry.credit * entry.worth) / Math.max(1, entry.bytes)
  }
  return {
    add(entry) {
      entry.credit = 1
      rank(entry)
      heap.add(entry)
    },
    touch(entry) {
      entry.credit += 1
      rank(entry)
      heap.sink(entry)
    },
    remove: heap.remove,
    takeNext() {
      const lowest = heap.lowest()
      if (!lowest) return undefined
      floor = lowest.priority
      heap.remove(lowest)
      return lowest
    },
  }
}

/** A binary heap with the lowest priority on top; entries know their place, so that any of them can be taken out. */
function createHeap<Entry extends Evictable<Entry>>() {
  const heap: Entry[] = []
  const put = (entry: Entry, place: number): void => {
    heap[place] = entry
    entry.place = place
  }
  const rise = (entry: Entry): void => {
    let { place } = entry
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above]
      if (!parent || parent.priority <= entry.priority) break
      put(parent, place)
      place = above
    }
    put(entry, place)
  }
  const sink = (entry: Entry): void => {
    let { place } = entry
    for (;;) {
      const left = heap[2 * place + 1]
      const right = heap[2 * place + 2]
      const child = right && left && right.priority < left.priority ? right : left
      if (!child || child.priority >= entry.priority) break
      const below = child.place
      put(child, place)
      place = below
    }
    put(entry, place)
  }
  return {
    lowest: (): Entry | undefined => heap[0],
    add(entry: Entry): void {
      put(entry, heap.length)
      rise(entry)
    },
    sink,
    remove(entry: Entry): void {
      const last = heap.pop()
      if (last && last !== entry) {
        put(last, entry.place)
        rise(last)
        sink(last)
      }
      entry.place = -1
    },
  }
}
