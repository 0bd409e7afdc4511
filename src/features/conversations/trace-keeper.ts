import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { withoutSpan } from '#platform/tracing/in-span.ts'
import { insertTurnTraces, type TurnTraceRow } from './turn-traces-store.ts'

/** Stores where the time of turns went, behind their backs: no answer waits for it, and none fails by it. */
export interface TraceKeeper {
  keep(row: TurnTraceRow): void
  /** Stores what it has, once. */
  close(): Promise<void>
}

interface KeeperNeeds {
  readonly database: Pick<Database, 'read'>
  readonly log: Log
  /** Told of each that is given up. */
  readonly onLost?: (count: number) => void
}

const EVERY_MS = 500
const RETRY_MS = 5000
const MOST_AT_ONCE = 50
/** While the database is away; the eldest go first. */
const MOST_WAITING = 500

export function createTraceKeeper({ database, log, onLost }: KeeperNeeds): TraceKeeper {
  const waiting: TurnTraceRow[] = []
  let timer: NodeJS.Timeout | undefined
  let storing: Promise<unknown> | undefined
  let isClosed = false
  const storeSome = async (): Promise<boolean> => {
    const rows = waiting.splice(0, MOST_AT_ONCE)
    if (rows.length === 0) return true
    try {
      await withoutSpan(() => database.read((handle) => insertTurnTraces(handle, rows)))
      return true
    } catch (error) {
      log.debug({ error, turns: rows.length }, 'where the time of answers went could not be stored yet')
      waiting.unshift(...rows)
      return false
    }
  }
  const schedule = (ms: number): void => {
    if (isClosed || timer || storing || waiting.length === 0) return
    timer = setTimeout(() => {
      timer = undefined
      storing = storeSome().then((isStored) => {
        storing = undefined
        schedule(isStored ? EVERY_MS : RETRY_MS)
      })
    }, ms)
    timer.unref()
  }
  const forgetEldest = (most: number): void => {
    const { length } = waiting.splice(0, Math.max(0, waiting.length - most))
    if (length > 0) onLost?.(length)
  }
  return {
    keep(row) {
      if (isClosed) return onLost?.(1)
      waiting.push(row)
      forgetEldest(MOST_WAITING)
      schedule(EVERY_MS)
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await storing
      // Each portion follows the one before; the first that fails ends it.
      // oxlint-disable-next-line no-await-in-loop
      while (waiting.length > 0 && (await storeSome()));
      forgetEldest(0)
    },
  }
}
