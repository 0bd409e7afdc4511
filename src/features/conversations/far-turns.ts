import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { Clock } from '#domain/clock.ts'
import { START, type Place } from '#domain/turn/place.ts'
import type { Wakeups } from '#platform/wakeups/wakeups.ts'
import type { WantedEvents } from './journal-store.ts'
import { FOLLOWED, FOLLOWED_EVERY_MS, inboxOf } from './turn-followers.ts'

/** At the process that reads: turns that another one answers. It is woken when they grow, and reads what is new of all in one go. */
export interface FarTurns {
  /** `last`: the place up to which the reader has read. */
  follow(turnId: string, last: () => Place): FarFollowing
}

interface FarFollowing {
  /** Says that the turn is followed here; as often as it is called, but not more than needed. */
  tell(): void
  stop(): void
}

interface FarTurnNeeds {
  readonly wakeups: Pick<Wakeups, 'tell' | 'hear'>
  readonly clock: Clock
  readonly processId: string
  /** Of the journal. */
  readonly read: (wanted: readonly WantedEvents[]) => Promise<PlacedTurnEvent[]>
  /** To the readers of this process. */
  readonly deliver: (events: readonly PlacedTurnEvent[]) => void
}

interface Followed {
  readonly lasts: Set<() => Place>
  /** Up to here it was handed on; readers that find a gap read the journal themselves. */
  delivered: Place
}

/** Between two readings, so that many turns that grow at once share one. */
const PAUSE_MS = 15

export function createFarTurns(needs: FarTurnNeeds): FarTurns {
  const { wakeups, clock, processId } = needs
  const readers = new Map<string, Followed>()
  const fetch = createFetch(needs, readers)
  let isListening = false
  return {
    follow(turnId, last) {
      if (!isListening) wakeups.hear(inboxOf(processId), fetch)
      isListening = true
      const mine = readers.get(turnId) ?? { lasts: new Set(), delivered: START }
      readers.set(turnId, mine)
      mine.lasts.add(last)
      let toldMs = Number.NEGATIVE_INFINITY
      return {
        tell() {
          if (clock.monotonicMs() - toldMs < FOLLOWED_EVERY_MS) return
          toldMs = clock.monotonicMs()
          wakeups.tell(FOLLOWED, `${turnId}/${processId}`)
        },
        stop() {
          mine.lasts.delete(last)
          if (mine.lasts.size === 0 && readers.get(turnId) === mine) readers.delete(turnId)
        },
      }
    },
  }
}

/** Reads on in the turns it is called for, all when none is named; what is called for meanwhile shares the next reading. */
function createFetch({ clock, read, deliver }: FarTurnNeeds, readers: ReadonlyMap<string, Followed>) {
  const grown = new Set<string>()
  let isReading = false
  const run = async (): Promise<void> => {
    isReading = true
    while (grown.size > 0) {
      const wanted = [...grown].flatMap((turnId) => {
        const followed = readers.get(turnId)
        return followed ? [{ turnId, after: furthestOf(followed) }] : []
      })
      grown.clear()
      try {
        const events = wanted.length > 0 ? await read(wanted) : []
        for (const event of events) note(readers.get(event.turnId), event)
        deliver(events)
      } catch {
        // The database is away: the readers look for themselves and say so.
      }
      await clock.sleep(PAUSE_MS)
    }
    isReading = false
  }
  return (turnId: string | null): void => {
    for (const one of turnId === null ? readers.keys() : [turnId]) if (readers.has(one)) grown.add(one)
    if (!isReading) void run()
  }
}

/** What the one who has most lacks: who has less finds a gap and reads the journal, and holds nobody back. */
function furthestOf({ lasts, delivered }: Followed): Place {
  return [...lasts].map((last) => last()).reduce((far, one) => (isAfter(one, far) ? one : far), delivered)
}

function note(followed: Followed | undefined, place: Place): void {
  if (followed && isAfter(place, followed.delivered)) followed.delivered = place
}

function isAfter(one: Place, other: Place): boolean {
  return one.attempt > other.attempt || (one.attempt === other.attempt && one.n > other.n)
}
