import type { Clock } from '#domain/clock.ts'

/** A clock that moves only when told. `sleep` moves it. */
export function createManualClock(start = '2026-03-10T09:00:00.000Z'): Clock & { advance(ms: number): void } {
  let nowMs = Date.parse(start)
  let monotonic = 1_000_000
  const advance = (ms: number): void => {
    nowMs += ms
    monotonic += ms
  }
  return { now: () => new Date(nowMs), monotonicMs: () => monotonic, sleep: async (ms) => advance(ms), advance }
}
