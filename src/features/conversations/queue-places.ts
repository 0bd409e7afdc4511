import type { Clock } from '#domain/clock.ts'
import type { Database } from '#platform/postgres/database.ts'
import { rankQueue } from './queue-store.ts'

/** Which place waiting turns have in the queue of all processes. */
export interface QueuePlaces {
  /** How many turns are claimed before this one and itself: 1 is next. Null when an earlier one of its conversation is open, or it was begun. */
  of(turnId: string): Promise<number | null>
}

interface Ranking {
  /** Monotonic; what was committed before then is in it. */
  readonly begunMs: number
  readonly places: ReadonlyMap<string, number | null>
}

/** Whoever waits asks less often than that. */
const KEPT_MS = 1000

/**
 * The more turns wait, the more ask for their place, and the longer a look at the queue takes. So one look serves all who ask within a
 * second; only a turn that is newer than it has to be looked for.
 */
export function createQueuePlaces({ database, clock }: { database: Database; clock: Clock }): QueuePlaces {
  let last: Ranking | undefined
  let underWay: Promise<Ranking> | undefined
  const rank = async (): Promise<Ranking> => {
    const begunMs = clock.monotonicMs()
    last = { begunMs, places: await database.read(rankQueue) }
    return last
  }
  const next = (): Promise<Ranking> => {
    underWay ??= rank().finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const isFresh = (ranking: Ranking | undefined): ranking is Ranking =>
    ranking !== undefined && clock.monotonicMs() - ranking.begunMs < KEPT_MS
  return {
    async of(turnId) {
      const askedMs = clock.monotonicMs()
      let ranking = isFresh(last) ? last : await next()
      if (!ranking.places.has(turnId) && ranking.begunMs < askedMs) {
        // It may have been stored since. What is under way may have begun too early as well, and for whoever waits for it its fault is no answer.
        await underWay?.catch(() => undefined)
        ranking = last && last.begunMs >= askedMs ? last : await next()
      }
      return ranking.places.get(turnId) ?? null
    },
  }
}
