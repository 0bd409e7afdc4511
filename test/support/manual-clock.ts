import type { Clock } from '#domain/clock.ts'

interface ManualClock extends Clock {
  advance(ms: number): void
  /** Somebody sets the time of day; what the process measures goes on as before. */
  shiftWall(ms: number): void
}

/** A clock that moves only when told. `sleep` moves it. */
export function createManualClock(start = '2026-03-10T09:00:00.000Z'): ManualClock {
  let nowMs = Date.parse(start)
  let monotonic = 1_000_000
  const advance = (ms: number): void => {
    nowMs += ms
    monotonic += ms
  }
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => monotonic,
    sleep: async (ms) => advance(ms),
    advance,
    shiftWall: (ms) => void (nowMs += ms),
  }
}
