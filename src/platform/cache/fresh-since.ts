import type { CacheClass } from '#domain/cache-policy/cache-class.ts'
import type { SeasonOf } from '#domain/cache-policy/expiry.ts'
import type { Clock } from '#domain/clock.ts'

/**
 * Since when what a class answers has to be made, by the calendar. An expiry cannot say it alone: a making may last over such an
 * instant, a calendar may be changed after a value was kept, and the clock of whoever kept it may be wrong.
 */
export interface FreshSince {
  /** In milliseconds since 1970; `ANY` when nothing is asked for. Cheap; `nowMs` is monotonic. */
  at(nowMs: number): number
  /** Whether what was begun then, on the monotonic clock, is older than that. */
  isOlder(begunMs: number): boolean
}

/** Thrown where a value is read that was begun before such an instant: nothing is wrong with it but its age. */
export const BEGUN_BEFORE = new Error('A period began that wants it made anew.')

export const ANY = Number.NEGATIVE_INFINITY

/** A calendar that was changed, or a clock that was set, is noticed after so long; the start of a period at once. */
const LOOKED_FOR_MS = 1000

interface FreshNeeds {
  readonly clock: Clock
  readonly seasonOf?: SeasonOf | undefined
}

export function createFreshSince({ clock, seasonOf }: FreshNeeds, cacheClass: CacheClass): FreshSince {
  if (!seasonOf) return { at: () => ANY, isOlder: () => false }
  let sinceMs = ANY
  /** The same on the monotonic clock. */
  let begunFromMs = ANY
  let goodUntilMs = Number.NEGATIVE_INFINITY
  const look = (nowMs: number): number => {
    const nowAt = clock.now().getTime()
    const { freshSinceMs, freshAtMs } = seasonOf(cacheClass, nowAt)
    sinceMs = freshSinceMs ?? ANY
    // By a true look at the clock: `nowMs` may be one that stood still while the process was busy.
    begunFromMs = clock.monotonicMs() - (nowAt - sinceMs)
    // Parts of a millisecond are not in `nowAt`; rather too early than too late.
    const ahead = freshAtMs === null ? LOOKED_FOR_MS : freshAtMs - nowAt - 1
    goodUntilMs = nowMs + Math.min(LOOKED_FOR_MS, ahead)
    return sinceMs
  }
  const at = (nowMs: number): number => (nowMs < goodUntilMs ? sinceMs : look(nowMs))
  return {
    at,
    isOlder(begunMs) {
      at(clock.monotonicMs())
      return begunMs < begunFromMs
    },
  }
}
