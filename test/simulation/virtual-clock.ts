import type { Clock } from '#domain/clock.ts'
import type { VirtualTime } from './virtual-time.ts'

/** The clock of a process in virtual time; `later` is how that process lets time pass, if not as everybody. */
export function createVirtualClock(time: VirtualTime, later: VirtualTime['after'] = time.after): Clock {
  return {
    now: () => new Date(Date.UTC(2026, 2, 10) + time.nowMs()),
    monotonicMs: () => 1_000_000 + time.nowMs(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const wake = (): void => reject(new Error('woken'))
        if (signal?.aborted) return wake()
        signal?.addEventListener('abort', wake, { once: true })
        later(ms, () => {
          signal?.removeEventListener('abort', wake)
          resolve()
        })
      }),
  }
}
