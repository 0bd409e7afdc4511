import type { TurnEvent } from '#contract/turn-events.ts'
import type { Clock } from '#domain/clock.ts'
import { placeEvents } from '#domain/turn/place-events.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { withoutSpan } from '#platform/tracing/in-span.ts'
import { insertEvents, type JournalEntry } from './journal-store.ts'
import type { TurnFeed } from './turn-feed.ts'

/** One attempt's way into the journal. Events get their `n` when they are written, so that merged deltas stay dense. */
export interface Lane {
  emit(event: TurnEvent): void
  /** Resolves when little enough is waiting; holds a fast provider back while the database is slow or away. */
  room(): Promise<void>
  /**
   * Writes what is left with the closing events inside `write`'s transaction, then tells the readers. `write` answers
   * false when the turn is held no more. When it throws, the closing events are forgotten, and others may be tried.
   */
  finish(closing: readonly TurnEvent[], write: (entries: readonly JournalEntry[]) => Promise<boolean>): Promise<boolean>
  /** Forgets what is unwritten. */
  drop(): void
}

export interface Journal {
  /** `claimedAt`: just now, on the database's clock. */
  open(turn: LaneTurn, onStale: () => void): Lane
  close(): void
}

interface LaneTurn {
  readonly id: string
  readonly attempt: number
  readonly fence: string
  readonly claimedAt: Date
}

interface JournalNeeds {
  readonly database: Database
  readonly feed: TurnFeed
  readonly clock: Clock
  readonly log: Log
  readonly flushMs: number
}

interface LaneState {
  readonly turn: LaneTurn
  readonly openedMs: number
  readonly onStale: () => void
  /** The last `n` given out. */
  n: number
  waiting: TurnEvent[]
  waitingCharacters: number
  /** Numbered and on their way; kept until the write is known to have succeeded. */
  batch: JournalEntry[]
  isClosed: boolean
  roomWaiters: (() => void)[]
}

const ROOM_CHARACTERS = 256 * 1024
const RETRY_MS = 250
/** A reader waits for the first sign more than for any later one. */
const FIRST_FLUSH_MS = 5

/**
 * The process's group commit: every `flushMs` one insert carries the new events of all turns. Readers hear of an event
 * only after its commit.
 */
export function createJournal(needs: JournalNeeds): Journal {
  const flusher = createFlusher(needs)
  return {
    open(turn, onStale) {
      const lane: LaneState = {
        turn,
        openedMs: needs.clock.monotonicMs(),
        onStale,
        n: 0,
        waiting: [],
        waitingCharacters: 0,
        batch: [],
        isClosed: false,
        roomWaiters: [],
      }
      flusher.lanes.add(lane)
      return openLane(lane, needs, flusher)
    },
    close: () => flusher.close(),
  }
}

interface Flusher {
  readonly lanes: Set<LaneState>
  schedule(delayMs: number): void
  /** Resolves when no write is under way. */
  idle(): Promise<void>
  close(): void
}

function openLane(lane: LaneState, needs: JournalNeeds, flusher: Flusher): Lane {
  return {
    emit(event) {
      if (lane.isClosed) return
      lane.waiting.push(event)
      lane.waitingCharacters += event.type === 'text-delta' ? event.text.length : 500
      flusher.schedule(lane.n === 0 ? Math.min(FIRST_FLUSH_MS, needs.flushMs) : needs.flushMs)
    },
    room() {
      if (lane.waitingCharacters < ROOM_CHARACTERS || lane.isClosed) return Promise.resolve()
      return new Promise((resolve) => lane.roomWaiters.push(resolve))
    },
    async finish(closing, write) {
      lane.isClosed = true
      flusher.lanes.delete(lane)
      await flusher.idle()
      number(lane, needs.clock)
      const said = lane.batch.length
      lane.waiting.push(...closing)
      number(lane, needs.clock)
      try {
        const isStored = await write(lane.batch)
        if (isStored) needs.feed.publish(lane.batch.map((entry) => entry.placed))
        return isStored
      } catch (error) {
        // An end that could not be stored never was: another may take its place.
        lane.n -= lane.batch.length - said
        lane.batch.length = said
        throw error
      }
    },
    drop() {
      lane.isClosed = true
      flusher.lanes.delete(lane)
      freeRoom(lane)
    },
  }
}

function createFlusher(needs: JournalNeeds): Flusher {
  const lanes = new Set<LaneState>()
  let timer: NodeJS.Timeout | undefined
  let dueAtMs = 0
  let isFlushing = false
  let flushing: Promise<void> = Promise.resolve()
  let isClosed = false

  function schedule(delayMs: number): void {
    if (isFlushing || isClosed) return
    const atMs = performance.now() + delayMs
    if (timer && dueAtMs <= atMs) return
    clearTimeout(timer)
    dueAtMs = atMs
    // It writes for all turns; whose happened to set the timer says nothing.
    timer = withoutSpan(() => setTimeout(start, delayMs))
  }

  function start(): void {
    isFlushing = true
    flushing = flush(lanes, needs).then((pauseMs) => {
      isFlushing = false
      timer = undefined
      if ([...lanes].some(hasWork)) schedule(pauseMs)
    })
  }

  return {
    lanes,
    schedule,
    idle: () => flushing,
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** Writes what all lanes have; answers how long to wait before the next write, in milliseconds. */
async function flush(lanes: ReadonlySet<LaneState>, needs: JournalNeeds): Promise<number> {
  const busy = [...lanes].filter(hasWork)
  for (const lane of busy) number(lane, needs.clock)
  const entries = busy.flatMap((lane) => lane.batch)
  if (entries.length === 0) return needs.flushMs
  try {
    // One statement is its own transaction; begin and commit would triple the cost of the hottest write there is.
    const held = await needs.database.read((handle) => insertEvents(handle, entries))
    for (const lane of busy) settle(lane, held.has(lane.turn.id), needs.feed)
    return needs.flushMs
  } catch (error) {
    // Kept and sent again unchanged: should the lost commit have happened, the repeat changes nothing.
    needs.log.warn({ error, events: entries.length }, 'journal write failed; it will be repeated')
    return RETRY_MS
  }
}

function hasWork(lane: LaneState): boolean {
  return lane.waiting.length > 0 || lane.batch.length > 0
}

/** Numbers what is waiting behind what is already numbered. A batch that was sent before keeps its numbers and its instant. */
function number(lane: LaneState, clock: Clock): void {
  const { id, attempt, fence, claimedAt } = lane.turn
  // On the database's clock: by one's own that goes wrong, what was just written would be too old to keep.
  const at = new Date(claimedAt.getTime() + clock.monotonicMs() - lane.openedMs)
  const placed = placeEvents({ id, attempt }, lane.n, lane.waiting)
  lane.n += placed.length
  lane.batch.push(...placed.map((one) => ({ placed: one, fence, at })))
  lane.waiting = []
}

function settle(lane: LaneState, isHeld: boolean, feed: TurnFeed): void {
  const written = lane.batch
  lane.batch = []
  freeRoom(lane)
  if (isHeld) feed.publish(written.map((entry) => entry.placed))
  else if (!lane.isClosed) lane.onStale()
}

function freeRoom(lane: LaneState): void {
  lane.waitingCharacters = 0
  for (const wake of lane.roomWaiters.splice(0)) wake()
}
