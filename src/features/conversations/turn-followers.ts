import type { Clock } from '#domain/clock.ts'
import type { Wakeups } from '#platform/wakeups/wakeups.ts'

/** At the process that answers: which other processes follow its turns, for as long as they keep saying so. */
export interface TurnFollowers {
  /** Wakes who follows one of these turns: something of it was committed. */
  grown(turnIds: Iterable<string>): void
  /** From now on this process answers turns, and takes note of who follows. */
  start(): void
}

interface FollowerNeeds {
  readonly wakeups: Pick<Wakeups, 'tell' | 'hear'>
  readonly clock: Clock
}

/** Told with `TURN/PROCESS` by a process that follows a turn which it does not answer. */
export const FOLLOWED = 'turns-followed'
export const FOLLOWED_EVERY_MS = 2000
/** Two words may get lost. */
const FOLLOWED_FOR_MS = 3.5 * FOLLOWED_EVERY_MS
const MOST_FOLLOWED = 20_000

/** Where a process hears of the turns it follows. */
export function inboxOf(processId: string): string {
  return `process-${processId}`
}

export function createTurnFollowers({ wakeups, clock }: FollowerNeeds): TurnFollowers {
  /** Turn to the processes that follow it, each with when that ends; the last to be followed stands last. */
  const followed = new Map<string, Map<string, number>>()
  const note = (turnId: string, by: string): boolean => {
    const processes = followed.get(turnId) ?? new Map<string, number>()
    const isNew = !processes.has(by)
    processes.set(by, clock.monotonicMs() + FOLLOWED_FOR_MS)
    followed.delete(turnId)
    followed.set(turnId, processes)
    dropOver(followed, clock.monotonicMs())
    return isNew
  }
  const written = createRecent(clock)
  return {
    grown(turnIds) {
      for (const turnId of turnIds) {
        written.note(turnId)
        for (const [by, untilMs] of followed.get(turnId) ?? [])
          if (untilMs > clock.monotonicMs()) wakeups.tell(inboxOf(by), turnId)
      }
    },
    start() {
      wakeups.hear(FOLLOWED, (word) => {
        const [turnId, by] = word?.split('/') ?? []
        if (turnId === undefined || by === undefined) return
        // What was committed before this was not told, and may have been the end.
        if (note(turnId, by) && written.has(turnId)) wakeups.tell(inboxOf(by), turnId)
      })
    },
  }
}

/** Turns that this process wrote of a moment ago. */
function createRecent(clock: Clock) {
  const turns = new Map<string, number>()
  return {
    note(turnId: string): void {
      turns.delete(turnId)
      turns.set(turnId, clock.monotonicMs())
      for (const [oldest, atMs] of turns) {
        if (turns.size <= MOST_FOLLOWED && clock.monotonicMs() - atMs < FOLLOWED_FOR_MS) return
        turns.delete(oldest)
      }
    },
    has: (turnId: string): boolean => turns.has(turnId),
  }
}

/** From the front: those nobody has followed for long, and what is more than there is room for. */
function dropOver(followed: Map<string, Map<string, number>>, nowMs: number): void {
  for (const [turnId, processes] of followed) {
    const isFollowed = [...processes.values()].some((untilMs) => untilMs > nowMs)
    if (isFollowed && followed.size <= MOST_FOLLOWED) return
    followed.delete(turnId)
  }
}
