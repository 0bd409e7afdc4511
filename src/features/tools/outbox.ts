import type { Clock } from '#domain/clock.ts'
import { isPassing } from '#domain/errors.ts'

/** What is on its way to the database, in the order it came. */
export interface Outbox<Item> {
  /** What nobody else knows yet, oldest first. */
  waiting(): readonly Item[]
  add(item: Item, isUrgent: boolean): void
  /** Resolves once all is stored, or could not be; nothing is sent after that. */
  close(): Promise<void>
}

interface OutboxNeeds<Item> {
  readonly clock: Clock
  /** All durations times this. */
  readonly pace: number
  readonly send: (items: readonly Item[]) => Promise<void>
  /** After each try, well or not. */
  readonly onSettled: () => void
  /** They are sent again when it passes, and left out when it does not. */
  readonly onFault: (error: unknown, will: { readonly pass: boolean }) => void
}

/** What is not urgent is sent together, so often. */
const LATE_MS = 1000
/** With the database away; the oldest go first. */
const MOST_PENDING = 2000

/** Sends what was added, in order, some at a time. What the database has no room or no ear for now is sent again; what it refuses is not. */
export function createOutbox<Item>({ clock, pace, send, onSettled, onFault }: OutboxNeeds<Item>): Outbox<Item> {
  let flying: readonly Item[] = []
  let pending: Item[] = []
  /** Of the oldest: together they were refused, and alone only the one goes that is amiss. */
  let single = 0
  let sending: Promise<void> | null = null
  let isPlanned = false
  let isClosed = false
  /** False: not now. */
  const sendSome = async (): Promise<boolean> => {
    const count = single > 0 ? 1 : pending.length
    flying = pending.slice(0, count)
    pending = pending.slice(count)
    try {
      await send(flying)
    } catch (error) {
      const willPass = isPassing(error)
      if (willPass || flying.length > 1) pending = [...flying, ...pending].slice(-MOST_PENDING)
      if (willPass || flying.length === 1) onFault(error, { pass: willPass })
      if (willPass) return false
      if (flying.length > 1) single = flying.length + 1
    } finally {
      flying = []
      onSettled()
    }
    single = Math.max(0, single - 1)
    return true
  }
  const sendAll = async (): Promise<void> => {
    while (pending.length > 0 && !isClosed) {
      // Each batch is what came while the one before was on its way.
      // oxlint-disable-next-line no-await-in-loop
      if (!(await sendSome())) return planLate()
    }
  }
  const begin = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = null
    })
    return sending
  }
  function planLate(): void {
    if (isPlanned || isClosed) return
    isPlanned = true
    const wake = (): Promise<void> => {
      isPlanned = false
      return begin()
    }
    void clock.sleep(LATE_MS * pace).then(wake, wake)
  }
  return {
    waiting: () => [...flying, ...pending],
    add(item, isUrgent) {
      pending.push(item)
      if (isUrgent) setImmediate(begin)
      else planLate()
    },
    close: async () => {
      await begin()
      isClosed = true
    },
  }
}
