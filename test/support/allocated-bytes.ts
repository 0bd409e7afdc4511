const WARM_UP_ROUNDS = 200
/** The engine compiles beside the work, and on a busy machine late: many rounds, of which the least counts. */
const MEASURED_ROUNDS = 3000

/**
 * The bytes that a piece of work leaves on the heap, once it was compiled: the least of several rounds, for the engine
 * allocates for itself now and then. Keep one round below some hundred kilobytes, or it is collected before it is counted.
 */
export function allocatedBytes(work: () => void): number {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) work()
  let least = Infinity
  for (let round = 0; round < MEASURED_ROUNDS; round += 1) {
    const before = process.memoryUsage().heapUsed
    work()
    const left = process.memoryUsage().heapUsed - before
    // Below nothing: it was collected in between.
    if (left >= 0) least = Math.min(least, left)
  }
  return least
}
