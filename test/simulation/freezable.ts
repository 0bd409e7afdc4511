import type { VirtualTime } from './virtual-time.ts'

/** What a process does later, it does not while it is frozen, but all of it when it thaws. */
export function createFreezable(time: VirtualTime) {
  let untilMs = 0
  return {
    later(ms: number, work: () => void): void {
      const due = (): void => {
        if (time.nowMs() < untilMs) time.after(untilMs - time.nowMs() + time.between(0, 3), due)
        else work()
      }
      time.after(ms, due)
    },
    freeze(ms: number): void {
      untilMs = Math.max(untilMs, time.nowMs() + ms)
    },
    /** Until when it is, or was last, frozen. */
    frozenUntilMs: () => untilMs,
  }
}
