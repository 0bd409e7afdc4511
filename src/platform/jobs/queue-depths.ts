import type { Clock } from '#domain/clock.ts'
import type { Database } from '#platform/postgres/database.ts'
import { DEAD_LETTERS } from './dead-letters-store.ts'
import { selectQueueDepths } from './queue-depth-store.ts'

interface DepthNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly isKnown: (name: string) => boolean
}

/** Between two looks at the queues. */
const LOOK_MS = 15_000

/** How many jobs wait in each queue, looked at now and then, so that whoever asks costs the database nothing. */
export function createQueueDepths({ database, clock, isKnown }: DepthNeeds) {
  let depths: ReadonlyMap<string, number> | null = null

  async function look(): Promise<void> {
    try {
      const rows = await database.read(selectQueueDepths)
      // Queues of another version, and those that pg-boss keeps for itself, are nobody's here.
      const ours = rows.filter(({ name }) => isKnown(name) || name === DEAD_LETTERS)
      depths = new Map(ours.map(({ name, waiting }) => [name, waiting]))
    } catch {
      // `health` tells of a database that is away; what is not known any more is not told.
      depths = null
    }
  }

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // One look after the other, by intent.
      // oxlint-disable-next-line no-await-in-loop
      await look()
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(LOOK_MS, signal).catch(() => undefined)
    }
    depths = null
  }
  let watching = Promise.resolve()

  return {
    /** Of the last look; null before the first, and after one that failed. */
    waiting: (): ReadonlyMap<string, number> | null => depths,
    /** Looks again and again until the signal. */
    start(signal: AbortSignal): void {
      watching = watch(signal)
    },
    /** Resolves when nothing looks any more. */
    ended: (): Promise<void> => watching,
  }
}
