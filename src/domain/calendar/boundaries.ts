import type { Window } from './windows.ts'

/**
 * Windows as one sorted row of instants in milliseconds: start, end, start, end. Whether an instant is inside one follows
 * from how many come before it, in a few steps and without a new object.
 */
export type Boundaries = Float64Array

export function toBoundaries(windows: readonly Window[]): Boundaries {
  return Float64Array.from(windows.flatMap(({ startMs, endMs }) => [startMs, endMs]))
}

/** How many of a sorted row lie at or before an instant. */
export function countUpTo(sorted: Float64Array, atMs: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? Infinity) <= atMs) low = middle + 1
    else high = middle
  }
  return low
}

/** Windows hold their start and not their end. */
export function isInside(boundaries: Boundaries, atMs: number): boolean {
  return countUpTo(boundaries, atMs) % 2 === 1
}
