import { isDeepStrictEqual } from 'node:util'
import type { NumberedEvent } from './shared-store.ts'

/** What happened to servers, as it happens; the last ones are kept for readers that were away for a moment. */
export interface StatusEvents {
  publish(event: NumberedEvent): void
  /** The database is one of before, and these are its events, oldest first: those that were told already are not told again. */
  stepBack(events: readonly NumberedEvent[]): void
  /** Answers how to stop listening. */
  listen(listener: (event: NumberedEvent) => void): () => void
  /**
   * From after the number on, also when it has not come here yet; all that are kept when it is of another database. Ends with
   * the signal.
   */
  read(after: number | null, signal: AbortSignal): AsyncGenerator<NumberedEvent>
}

const KEPT = 500
/** A reader that was at another process may be ahead of this one by what happens in a second or two. */
const MOST_AHEAD = 1000

export function createStatusEvents(): StatusEvents {
  let kept: readonly NumberedEvent[] = []
  let last = 0
  /** The last step back, and up to which number nothing changed by it. */
  let step = { sameUpTo: 0 }
  const listeners = new Set<(event: NumberedEvent) => void>()
  const listen: StatusEvents['listen'] = (listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const tell = (events: readonly NumberedEvent[]): void => {
    last = events.at(-1)?.number ?? last
    kept = [...kept, ...events].slice(-KEPT)
    for (const numbered of events) for (const listener of listeners) listener(numbered)
  }
  return {
    publish: (numbered) => tell([numbered]),
    stepBack(events) {
      const sameUpTo = events.findLast((event) => kept.some((known) => isDeepStrictEqual(event, known)))?.number ?? 0
      step = { sameUpTo }
      last = sameUpTo
      kept = events.filter(({ number }) => number <= sameUpTo)
      tell(events.filter(({ number }) => number > sameUpTo))
    },
    listen,
    async *read(after, signal) {
      let next = after === null ? last : after > last + MOST_AHEAD ? 0 : after
      let known = step
      let woken = Promise.withResolvers<void>()
      const wake = (): void => woken.resolve()
      const stop = listen(wake)
      signal.addEventListener('abort', wake, { once: true })
      try {
        while (!signal.aborted) {
          woken = Promise.withResolvers()
          if (known !== step) next = Math.min(next, step.sameUpTo)
          known = step
          const numbered = kept.find(({ number }) => number > next)
          if (numbered) {
            next = numbered.number
            yield numbered
          } else if (!signal.aborted) await woken.promise
        }
      } finally {
        stop()
        signal.removeEventListener('abort', wake)
      }
    },
  }
}
