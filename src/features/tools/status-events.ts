import type { StatusEvent } from '#contract/mcp.ts'

export interface NumberedEvent {
  /** Grows by one; starts anew with the process. */
  readonly number: number
  readonly event: StatusEvent
}

/** What happened to servers, as it happens; the last ones are kept for readers that were away for a moment. */
export interface StatusEvents {
  publish(event: StatusEvent): void
  /** Answers how to stop listening. */
  listen(listener: (event: NumberedEvent) => void): () => void
  /** From after the number on; all that are kept when the number is of another process. Ends with the signal. */
  read(after: number | null, signal: AbortSignal): AsyncGenerator<NumberedEvent>
}

const KEPT = 500

export function createStatusEvents(): StatusEvents {
  let kept: NumberedEvent[] = []
  let last = 0
  const listeners = new Set<(event: NumberedEvent) => void>()
  const listen: StatusEvents['listen'] = (listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return {
    publish(event) {
      last += 1
      const numbered = { number: last, event }
      kept = [...kept.slice(1 - KEPT), numbered]
      for (const listener of listeners) listener(numbered)
    },
    listen,
    async *read(after, signal) {
      let next = after === null ? last : after > last ? 0 : after
      let woken = Promise.withResolvers<void>()
      const wake = (): void => woken.resolve()
      const stop = listen(wake)
      signal.addEventListener('abort', wake, { once: true })
      try {
        while (!signal.aborted) {
          woken = Promise.withResolvers()
          for (const numbered of kept.filter(({ number }) => number > next)) {
            next = numbered.number
            yield numbered
          }
          const hasMore = last > next
          if (!hasMore && !signal.aborted) await woken.promise
        }
      } finally {
        stop()
        signal.removeEventListener('abort', wake)
      }
    },
  }
}
