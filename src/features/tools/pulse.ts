import type { Clock } from '#domain/clock.ts'

/** Work that is done again and again, each time so long after the last was done. */
export interface Pulse {
  start(): void
  isRunning(): boolean
  /** How late the last beat was. */
  lagMs(): number
  /** Resolves once the beat under way is over. */
  stop(): Promise<void>
}

/** `beat` gets the number of the round, from 1 on, and never rejects. */
export function createPulse(clock: Clock, everyMs: number, beat: (round: number) => Promise<void>): Pulse {
  const closing = new AbortController()
  let lagMs = 0
  let running: Promise<void> | undefined
  const run = async (): Promise<void> => {
    for (let round = 1; !closing.signal.aborted; round += 1) {
      const dueMs = clock.monotonicMs() + everyMs
      await clock.sleep(everyMs, closing.signal)
      lagMs = Math.max(0, Math.round(clock.monotonicMs() - dueMs))
      await beat(round)
    }
  }
  return {
    // It ends only by the abort of `stop`, which rejects its sleep.
    start: () => void (running ??= run().catch(() => undefined)),
    isRunning: () => running !== undefined && !closing.signal.aborted,
    lagMs: () => lagMs,
    stop: async () => {
      closing.abort()
      await running
    },
  }
}
