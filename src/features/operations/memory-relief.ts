import type { Clock } from '#domain/clock.ts'

interface MemoryReliefNeeds {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Of what this process may have, from 0 to 1. */
  readonly usedShare: () => number
  /** Lets go of what can be had again. */
  readonly empty: () => void
  readonly onRelieved: (detail: string) => void
}

export interface MemoryRelief {
  look(): void
  start(): void
  close(): void
}

/** Above what the alert `memory-high` speaks of, and below where the process would be ended. */
const SHORT_SHARE = 0.88
/** A peak that garbage collection takes away is none. */
const LOOKS = 3
const EACH_MS = 5000
/** What did not help is not done again and again. */
const PAUSE_MS = 10 * 60_000

/** Empties the cache of the process before it runs out of memory, at most once in ten minutes: slower for a while instead of dead. */
export function createMemoryRelief({ clock, usedShare, empty, onRelieved }: MemoryReliefNeeds): MemoryRelief {
  let shortLooks = 0
  let relievedAtMs: number | undefined
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    const share = usedShare()
    shortLooks = share >= SHORT_SHARE ? shortLooks + 1 : 0
    const nowMs = clock.monotonicMs()
    const isPausing = relievedAtMs !== undefined && nowMs - relievedAtMs < PAUSE_MS
    if (shortLooks < LOOKS || isPausing) return
    relievedAtMs = nowMs
    empty()
    onRelieved(`${Math.floor(share * 100)} % used`)
  }

  return {
    look,
    start: () => {
      timer = setInterval(look, EACH_MS)
      timer.unref()
    },
    close: () => clearInterval(timer),
  }
}
