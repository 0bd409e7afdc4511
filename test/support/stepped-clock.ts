import type { Clock } from '#domain/clock.ts'

/** A clock that moves only when told, and wakes who slept long enough. `advance` resolves when all they set off has settled. */
export function createSteppedClock(start = '2026-03-10T09:00:00.000Z'): Clock & { advance(ms: number): Promise<void> } {
  const begunMs = Date.parse(start)
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()
  let passedMs = 0
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    now: () => new Date(begunMs + passedMs),
    monotonicMs: () => 1_000_000 + passedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { untilMs: passedMs + ms, wake: () => (sleepers.delete(sleeper), resolve()) }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => (sleepers.delete(sleeper), reject(new Error('woken'))), { once: true })
      }),
    async advance(ms) {
      await settle()
      const untilMs = passedMs + ms
      for (;;) {
        const [next] = [...sleepers].toSorted((one, other) => one.untilMs - other.untilMs)
        if (!next || next.untilMs > untilMs) break
        passedMs = Math.max(passedMs, next.untilMs)
        next.wake()
        await settle()
      }
      passedMs = untilMs
      await settle()
    },
  }
}
