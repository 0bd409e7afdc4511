import { stallOf, type Stall } from '#domain/turn/stall.ts'
import type { RunnerState } from './runner-state.ts'

const WORDS: Readonly<Record<Stall, string>> = {
  'not-running': 'a turn was claimed, and no model has begun to answer it',
  'no-first-token': 'a model has begun to answer a turn, and no word has come',
}

/** Counts the attempts of this process that hang, and tells each of them once. */
export function findStalls({ house, runs }: RunnerState): Readonly<Record<Stall, number>> {
  const counts = { 'not-running': 0, 'no-first-token': 0 }
  const nowMs = house.clock.monotonicMs()
  for (const { run } of runs.values()) {
    const stall = stallOf(run, nowMs)
    if (stall === null) continue
    counts[stall] += 1
    if (run.isStallTold) continue
    run.isStallTold = true
    const waitedMs = Math.round(nowMs - run.claimedMs)
    house.log.warn({ turn: run.turn.id, attempt: run.turn.attempt, stall, waitedMs }, WORDS[stall])
  }
  return counts
}
