/** Enough cells that few stretches begin in the same one; some ten kilobytes for a year of nights. */
const CELLS_PER_STRETCH = 4

/**
 * Finds in which stretch an instant lies: time is laid out in cells of equal length, each of which knows the stretch at its
 * beginning, so that a step or two are left instead of a search whose turns no processor foresees. `startsMs` is sorted and
 * ends with the end of the last stretch; the instant lies between its first and its last.
 */
export function createStretchFinder(startsMs: Float64Array): (atMs: number) => number {
  const fromMs = startsMs[0] ?? 0
  const cells = startsMs.length * CELLS_PER_STRETCH
  const cellMs = ((startsMs.at(-1) ?? fromMs) - fromMs) / cells
  const firsts = new Int32Array(cells + 1)
  for (let cell = 0, found = 0; cell <= cells; cell += 1) {
    while ((startsMs[found + 1] ?? Infinity) <= fromMs + cell * cellMs) found += 1
    firsts[cell] = found
  }
  return (atMs) => {
    let found = firsts[Math.floor((atMs - fromMs) / cellMs)] ?? 0
    // At the edge of a cell the division may round up into the next.
    while (found > 0 && (startsMs[found] ?? 0) > atMs) found -= 1
    while ((startsMs[found + 1] ?? Infinity) <= atMs) found += 1
    return found
  }
}
