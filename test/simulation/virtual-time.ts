import { createRandom } from '../chaos/seeded-random.ts'

/** Time that passes only from one thing that happens to the next, and chance that a seed repeats. */
export interface VirtualTime {
  nowMs(): number
  /** Does something after so many milliseconds; what falls on the same one happens in an order of the seed's choosing. */
  after(ms: number, work: () => void): void
  /** A number from `least` up to, not including, `most`. */
  between(least: number, most: number): number
  /** Whether something happens that does so often. */
  chance(share: number): boolean
  pick<Item>(items: readonly Item[]): Item | undefined
  /** Lets all happen that is due until then. */
  run(untilMs: number): void
  /** The same for what works with promises: all that one thing sets off has settled before the next happens. */
  runSettling(untilMs: number): Promise<void>
}

interface Due {
  readonly atMs: number
  readonly order: number
  readonly work: () => void
}

export function createVirtualTime(seed: number): VirtualTime {
  const random = createRandom(seed)
  const heap: Due[] = []
  let nowMs = 0
  const between = (least: number, most: number): number => least + random() * (most - least)
  return {
    nowMs: () => nowMs,
    after: (ms, work) => push(heap, { atMs: nowMs + Math.max(0, Math.round(ms)), order: random(), work }),
    between,
    chance: (share) => random() < share,
    pick: (items) => items[Math.floor(random() * items.length)],
    run(untilMs) {
      for (let next = heap[0]; next && next.atMs <= untilMs; next = heap[0]) {
        pop(heap)
        nowMs = next.atMs
        next.work()
      }
      nowMs = untilMs
    },
    async runSettling(untilMs) {
      await settle()
      for (let next = heap[0]; next && next.atMs <= untilMs; next = heap[0]) {
        pop(heap)
        nowMs = next.atMs
        next.work()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

/** All promises that can go on have gone on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isSooner(one: Due | undefined, other: Due | undefined): boolean {
  if (!one || !other) return false
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
}

function push(heap: Due[], due: Due): void {
  heap.push(due)
  for (let at = heap.length - 1; at > 0;) {
    const parent = (at - 1) >> 1
    if (!isSooner(heap[at], heap[parent])) return
    swap(heap, at, parent)
    at = parent
  }
}

function pop(heap: Due[]): void {
  const last = heap.pop()
  if (heap.length === 0 || !last) return
  heap[0] = last
  for (let at = 0; ;) {
    const left = 2 * at + 1
    const child = isSooner(heap[left + 1], heap[left]) ? left + 1 : left
    if (!isSooner(heap[child], heap[at])) return
    swap(heap, at, child)
    at = child
  }
}

function swap(heap: Due[], one: number, other: number): void {
  const [first, second] = [heap[one], heap[other]]
  if (!first || !second) return
  heap[one] = second
  heap[other] = first
}
