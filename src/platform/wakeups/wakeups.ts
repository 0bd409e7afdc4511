import { randomBytes } from 'node:crypto'
import type { Carrier, OpenCarrier } from './carrier.ts'

/** Called with the word that was told, or with null when something may have been missed: then look for yourself. */
type Listener = (word: string | null) => void

/**
 * Wakes the other processes of a deployment. It carries no truth: what is told may get lost, come late or come twice, so that who hears
 * of something reads it in PostgreSQL, and who hears nothing looks now and then all the same.
 */
export interface Wakeups {
  /** Tells the other processes, not this one. Never waits and never fails. The word names what it is about: an id, or two with a slash. */
  tell(topic: string, word?: string): void
  /** Answers how to stop. The listener does not throw; it hears of the gap before it as soon as the topic is heard, which may be at once. */
  hear(topic: string, listener: Listener): () => void
  close(): Promise<void>
}

const LONGEST_WORD = 200

/** Opens the way to the others with the first word that is told or waited for: a short command has nobody to wake. */
export function createWakeups(open: OpenCarrier): Wakeups {
  const from = randomBytes(6).toString('base64url')
  const topics = new Map<string, Set<Listener>>()
  let opened: Carrier | undefined
  let isClosed = false
  const all = (topic: string, word: string | null): void => topics.get(topic)?.forEach((listener) => listener(word))
  const carrier = (): Carrier =>
    (opened ??= open({
      onText(topic, text) {
        const [sender, word] = text.split(' ', 2)
        if (sender !== from) all(topic, word ?? '')
      },
      onGap: (topic) => (topic === undefined ? [...topics.keys()] : [topic]).forEach((name) => all(name, null)),
    }))
  return {
    tell(topic, word = '') {
      if (!isClosed) carrier().send(topic, `${from} ${word.slice(0, LONGEST_WORD)}`)
    },
    hear(topic, listener) {
      const listeners = topics.get(topic) ?? new Set()
      const isFirst = listeners.size === 0
      // Before anything is asked of the carrier, which may tell of the gap at once.
      topics.set(topic, listeners.add(listener))
      if (isClosed) return () => undefined
      if (isFirst) carrier().hear(topic)
      else listener(null)
      return () => void listeners.delete(listener)
    },
    async close() {
      isClosed = true
      topics.clear()
      await opened?.close()
    },
  }
}

/** For a process that has nobody to wake. */
export const NO_WAKEUPS: Wakeups = {
  tell: () => undefined,
  hear: () => () => undefined,
  close: () => Promise.resolve(),
}
