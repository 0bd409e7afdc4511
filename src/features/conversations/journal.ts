import type { TurnEvent } from '#contract/turn-events.ts'
import type { Clock } from '#domain/clock.ts'
import { isPassing, SophiaError } from '#domain/errors.ts'
import { cleanJson } from '#domain/turn/clean-text.ts'
import { placeEvents } from '#domain/turn/place-events.ts'
import type { Log } from '#platform/log/log.ts'
import { isRefusedData } from '#platform/postgres/database-faults.ts'
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
  open(turn: LaneTurn, ends: LaneEnds): Lane
  close(): void
}

/** What ends a lane before its turn. */
interface LaneEnds {
  /** The turn is held no more. */
  readonly onStale: () => void
  /** The database takes an event of it at no time; that one and what followed it are forgotten. */
  readonly onRefused: (error: SophiaError) => void
}

interface LaneTurn {
  readonly id: string
  readonly attempt: number
  readonly fence: string
  /** Just now, on the database's clock. */
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
  readonly ends: LaneEnds
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
    open(turn, ends) {
      const lane: LaneState = {
        turn,
        openedMs: needs.clock.monotonicMs(),
        ends,
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
      lane.waiting.push(storable(event))
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
      lane.waiting.push(...closing.map(storable))
      number(lane, needs.clock)
      try {
        const isStored = await write(lane.batch)
        if (isStored) needs.feed.publish(lane.batch.map((entry) => entry.placed))
        return isStored
      } catch (error) {
        // An end that could not be stored never was: another may take its place.
        lane.n -= lane.batch.length - said
        lane.batch.length = said
        // With one of these the other would be refused as well.
        if (isRefusedData(error)) await writeSingly(lane, needs).catch(() => undefined)
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
    // What may lie in one turn must not hold up the others.
    // oxlint-disable-next-line no-await-in-loop
    if (!isPassing(error)) for (const lane of busy) await writeAlone(lane, needs)
    return RETRY_MS
  }
}

/** Writes what one lane has; ends it when the database will never take it, and else keeps what could not be written. */
async function writeAlone(lane: LaneState, needs: JournalNeeds): Promise<void> {
  try {
    const held = await needs.database.read((handle) => insertEvents(handle, lane.batch))
    settle(lane, held.has(lane.turn.id), needs.feed)
  } catch (error) {
    if (!isRefusedData(error)) return
    needs.log.error({ error, turn: lane.turn.id }, 'the database refuses an event of an answer; the answer is ended')
    // What is left by a fault that passes is written with the next batch.
    const isEnded = await writeSingly(lane, needs).catch(() => false)
    if (isEnded && !lane.isClosed) lane.ends.onRefused(new SophiaError('INTERNAL', { cause: error }))
  }
}

/** Writes up to the first event that is refused, and forgets it and what follows: their places go to what is said next. True when one was. */
async function writeSingly(lane: LaneState, needs: JournalNeeds): Promise<boolean> {
  const { batch } = lane
  for (const [index, entry] of batch.entries()) {
    try {
      // In their order: nothing may be missing before what is stored.
      // oxlint-disable-next-line no-await-in-loop
      const held = await needs.database.read((handle) => insertEvents(handle, [entry]))
      if (held.size > 0) needs.feed.publish([entry.placed])
      lane.batch = batch.slice(index + 1)
    } catch (error) {
      if (!isRefusedData(error)) throw error
      lane.n = entry.placed.n - 1
      lane.batch = []
      lane.waiting = []
      freeRoom(lane)
      return true
    }
  }
  return false
}

/** Text has been cleaned as it came; of what else is told no one knows who cut it where. */
function storable(event: TurnEvent): TurnEvent {
  // The same shape: only characters inside its texts are taken out.
  return event.type === 'text-delta' ? event : (cleanJson(event) as TurnEvent)
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
  else if (!lane.isClosed) lane.ends.onStale()
}

function freeRoom(lane: LaneState): void {
  lane.waitingCharacters = 0
  for (const wake of lane.roomWaiters.splice(0)) wake()
}
