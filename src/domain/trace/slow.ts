/** From here on a request counts as slow, and its trace is always kept; streams last as long as their readers want. */
export const SLOW_REQUEST_MS = 1000
/** The same of a try at a job, which nobody waits for. */
export const SLOW_JOB_MS = 60_000
/** The same of an answer, from acceptance to its end. */
const SLOW_TURN_MS = 10_000
/** And from acceptance to its first words. */
const SLOW_FIRST_WORD_MS = 5000

/** A person waited long for the first words or for the whole answer. */
export function isSlowTurn(times: { readonly totalMs: number; readonly firstWordMs: number | null }): boolean {
  return times.totalMs > SLOW_TURN_MS || (times.firstWordMs ?? 0) > SLOW_FIRST_WORD_MS
}
