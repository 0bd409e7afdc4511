/** One question of a member of the drill. Times are of one clock that never jumps. */
export interface AskedQuestion {
  readonly askedMs: number
  /** null: it is still open. */
  readonly endedMs: number | null
  readonly isAnswered: boolean
  /** Which try at it was the last; more than 1: its process was lost. */
  readonly attempt: number
}

/** A machine that has other things to do, such as starting a process again, is a little slower: that disturbs nobody. */
const SLACK_MS = 1000

/** How long a question may take before it counts as held up: well beyond the slowest of the steady state. */
export function patienceOf(steady: readonly AskedQuestion[]): number {
  return 2 * Math.max(0, ...steady.map(tookMs)) + SLACK_MS
}

interface Seen {
  readonly questions: readonly AskedQuestion[]
  /** When requests failed. */
  readonly failuresMs: readonly number[]
}

/**
 * When the last question was over that was held up, taken over or spoiled, and the last request had failed; the fault itself when
 * nothing was disturbed; null while a question is open.
 */
export function findRecovery({ questions, failuresMs }: Seen, faultMs: number, patienceMs: number): number | null {
  const disturbedMs: number[] = [faultMs, ...failuresMs]
  for (const question of questions) {
    const { attempt, endedMs, isAnswered } = question
    if (endedMs === null) return null
    if (!isAnswered || attempt > 1 || tookMs(question) > patienceMs) disturbedMs.push(endedMs)
  }
  return Math.max(...disturbedMs)
}

function tookMs({ askedMs, endedMs }: AskedQuestion): number {
  return (endedMs ?? askedMs) - askedMs
}
