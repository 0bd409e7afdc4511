/** Before a program that ended once is started again. */
export const FIRST_PAUSE_MS = 100
/** So many ends within the span are taken for accidents; more of them for a fault that starting again does not mend. */
const ACCIDENTS = 5
const SPAN_MS = 10 * 60_000
const SLOW_PAUSE_MS = 60_000

export interface RestartPace {
  /** Told of an end; answers how long to wait, and whether that is longer because it ends again and again. */
  next(nowMs: number): { readonly pauseMs: number; readonly isSlowed: boolean }
}

/** Keeps a program that ends as soon as it is up from being started in a circle. */
export function createRestartPace(): RestartPace {
  let ends: number[] = []
  return {
    next(nowMs) {
      ends = [...ends.filter((atMs) => nowMs - atMs < SPAN_MS), nowMs]
      const isSlowed = ends.length > ACCIDENTS
      return { pauseMs: isSlowed ? SLOW_PAUSE_MS : FIRST_PAUSE_MS, isSlowed }
    },
  }
}
