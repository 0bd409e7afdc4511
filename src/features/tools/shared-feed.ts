import type { Clock } from '#domain/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { oneAtATime } from '#platform/one-at-a-time.ts'
import { listChangedMinutes, type MinuteCount } from './history-store.ts'
import {
  listEvents,
  listMarks,
  listReports,
  readSequence,
  type MarkRow,
  type NumberedEvent,
  type ReportRow,
} from './shared-store.ts'

/** What other processes changed, as this one hears of it. What takes a while is waited for, and never rejects. */
export interface SharedHearers {
  onReport(row: ReportRow): void
  onMark(row: MarkRow, changed: { readonly tools: boolean; readonly credentials: boolean }): Promise<void>
  onMinutes(rows: readonly MinuteCount[]): void
  onEvent(event: NumberedEvent): Promise<void>
  /** The database is one of before, as after a restore: its numbers are smaller, and all it knows is told anew. */
  onStepBack(): void
  /** The events of a database of before, oldest first. */
  onEventsAnew(events: readonly NumberedEvent[]): Promise<void>
}

/** Keeps a process in step with what all of them know. */
export interface SharedFeed {
  /**
   * Looks for changes now, and resolves once they are known here; whoever asks while a look is under way gets one that began
   * after they asked. Never rejects.
   */
  look(): Promise<void>
  /** The database's clock, in milliseconds: never ahead of it, and behind by no more than a message takes. */
  nowMs(): number
  /** When the last look was that succeeded; null before the first. */
  asOf(): Date | null
}

interface FeedNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
}

/** How far something has come. */
interface Place {
  readonly seq: number
  readonly events: number
}

const MOST_EVENTS = 500
/** A step of the database's clock, not the haste of a message. */
const STEP_MS = 1000

export function createSharedFeed(needs: FeedNeeds, hearers: SharedHearers): SharedFeed {
  const { clock, database, log } = needs
  let seen: Place | null = null
  let asOf: Date | null = null
  let offsetMs: number | null = null
  /** The time told was read before it arrived: the latest that any message made it is nearest to the truth. */
  const setClock = (nowMs: number): void => {
    const told = nowMs - clock.monotonicMs()
    offsetMs = offsetMs === null || told > offsetMs || offsetMs - told > STEP_MS ? told : offsetMs
  }
  const lookOnce = async (): Promise<void> => {
    try {
      const taken = await database.read(async (handle) => {
        const { seq, events, nowMs } = await readSequence(handle)
        setClock(nowMs)
        const work = await hearSince(handle, { from: seen, to: { seq, events } }, hearers)
        seen = { seq, events }
        return work
      })
      // Not while holding a connection: what is done now takes one of its own.
      await Promise.all(taken)
      asOf = clock.now()
    } catch (error) {
      // What was loaded meanwhile may be of nothing known: the next look takes all of it.
      seen ??= { seq: 0, events: 0 }
      log.warn({ error }, 'what other processes know of MCP servers could not be read')
    }
  }
  return {
    look: oneAtATime(lookOnce),
    nowMs: () => (offsetMs === null ? clock.now().getTime() : clock.monotonicMs() + offsetMs),
    asOf: () => asOf,
  }
}

/** Answers what is to be waited for when the connection is free again. */
async function hearSince(
  handle: Handle,
  { from, to }: { readonly from: Place | null; readonly to: Place },
  hearers: SharedHearers,
): Promise<Promise<void>[]> {
  const readEvents = (after: number): Promise<NumberedEvent[]> =>
    listEvents(handle, { after: Math.max(after, to.events - MOST_EVENTS), upTo: to.events }, MOST_EVENTS)
  if (from?.seq === to.seq) return []
  // The first look is where this process begins: each server is loaded as it is met.
  if (from === null) return (await readEvents(0)).map((event) => hearers.onEvent(event))
  if (to.seq > from.seq) {
    const marked = await hearRows(handle, from.seq, hearers)
    // Last of all: whoever hears of an event finds the rest in step with it.
    return [...marked, ...(await readEvents(from.events)).map((event) => hearers.onEvent(event))]
  }
  hearers.onStepBack()
  const marked = await hearRows(handle, 0, hearers)
  return [...marked, hearers.onEventsAnew(await readEvents(0))]
}

async function hearRows(handle: Handle, seq: number, hearers: SharedHearers): Promise<Promise<void>[]> {
  for (const row of await listReports(handle, seq)) hearers.onReport(row)
  hearers.onMinutes(await listChangedMinutes(handle, seq))
  const marks = await listMarks(handle, seq)
  return marks.map((row) => hearers.onMark(row, { tools: row.toolsSeq > seq, credentials: row.credentialsSeq > seq }))
}
