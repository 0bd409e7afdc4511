import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { START, stepFrom, type Place } from '#domain/turn/place.ts'
import { continuation } from '#domain/turn/resume.ts'
import { findJournalState, selectEvents } from './journal-store.ts'
import type { House } from './needs.ts'

export interface ReadRequest {
  readonly principal: Principal
  readonly turnId: string
  /** The last event the reader has; absent for all. */
  readonly after?: Place | undefined
  readonly signal: AbortSignal
  /** Whether this process answers the turn, so that its events arrive live and need no polling. */
  readonly isOwn: () => boolean
}

const PAGE = 500
const MAX_QUEUED = 1000
const OWN_POLL_MS = 1000
/** A turn that was just asked is claimed here or elsewhere by then. */
const SETTLED_MS = 15
// Made once: the default reason would record a stack for each reader.
const OVER = new Error('the reader has gone')

/**
 * The events of a turn from `after` to its end, each exactly once and without a gap: the journal first, then live. Rejects
 * before the first event when the turn is not the reader's (NOT_FOUND) or its journal is gone (JOURNAL_EXPIRED).
 */
export async function readTurnEvents(house: House, request: ReadRequest): Promise<AsyncIterable<PlacedTurnEvent>> {
  const after = request.after ?? START
  const progress = { last: after }
  const live = listen(house, request, () => progress.last)
  try {
    const first = await readJournal(house, request, after)
    return follow(house, { request, first, progress, live })
  } catch (error) {
    live.close()
    throw error
  }
}

interface Live {
  /** Events since the last call; null when some were dropped and the journal must be read. */
  take(): PlacedTurnEvent[] | null
  /** Resolves on the next event, after the poll interval, or when the reader goes. */
  wait(): Promise<void>
  close(): void
}

function listen(house: House, request: ReadRequest, last: () => Place): Live {
  let queue: PlacedTurnEvent[] = []
  let hasDropped = false
  let hasHeard = false
  let wake: (() => void) | undefined
  const over = new AbortController()
  const stopListening = house.feed.onTurn(request.turnId, (event) => {
    hasHeard = true
    if (queue.length >= MAX_QUEUED) {
      // A slow reader costs no memory: it goes back to the journal.
      queue = []
      hasDropped = true
    } else if (!hasDropped) queue.push(event)
    wake?.()
  })
  const far = house.farTurns.follow(request.turnId, last)
  // One timer that runs through, not one per event: it wakes the reader only when nothing came live meanwhile.
  const poll = async (): Promise<void> => {
    await house.clock.sleep(SETTLED_MS, over.signal)
    while (!over.signal.aborted) {
      hasHeard = false
      if (!request.isOwn()) far.tell()
      // oxlint-disable-next-line no-await-in-loop
      await house.clock.sleep(request.isOwn() ? OWN_POLL_MS : house.limits.pollMs, over.signal)
      if (!hasHeard) wake?.()
    }
  }
  // Only its own end makes it reject.
  void poll().catch(() => undefined)
  const close = (): void => {
    stopListening()
    far.stop()
    over.abort(OVER)
    request.signal.removeEventListener('abort', close)
    wake?.()
  }
  request.signal.addEventListener('abort', close, { once: true })
  if (request.signal.aborted) close()
  return {
    take() {
      const taken = hasDropped ? null : queue
      queue = []
      hasDropped = false
      return taken
    },
    async wait() {
      if (queue.length > 0 || hasDropped || request.signal.aborted) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      wake = undefined
    },
    close,
  }
}

interface Following {
  readonly request: ReadRequest
  readonly first: Reading
  readonly progress: { last: Place }
  readonly live: Live
}

async function* follow(house: House, { request, first, progress, live }: Following): AsyncGenerator<PlacedTurnEvent> {
  let isEnded = false
  try {
    // A turn that had ended before this reading has all its events in it: an empty one means that the reader has them.
    // Asking again whether it has ended would miss what was written between the two looks.
    if (first.events.length === 0 && !first.isOpen) return
    let pending = first.events
    while (!isEnded && !request.signal.aborted) {
      const fresh = continuation(progress.last, pending)
      for (const event of fresh.events) {
        progress.last = event
        isEnded = event.event.type === 'turn-end'
        yield event
      }
      if (isEnded) return
      const mustRead = fresh.hasGap || pending.length >= PAGE
      // Each page follows from the one before.
      // oxlint-disable-next-line no-await-in-loop
      pending = mustRead
        ? (await readJournal(house, request, progress.last)).events
        : await next(house, { request, live, last: progress.last })
    }
  } finally {
    live.close()
  }
}

/** What comes next: live events, or what the journal has when none came for a while. */
async function next(
  house: House,
  state: { request: ReadRequest; live: Live; last: Place },
): Promise<readonly PlacedTurnEvent[]> {
  const { request, live, last } = state
  await live.wait()
  if (request.signal.aborted) return []
  const events = live.take()
  if (events !== null && events.length > 0) return events
  return (await readJournal(house, request, last)).events
}

interface Reading {
  readonly events: readonly PlacedTurnEvent[]
  /** As of just before the events were read. */
  readonly isOpen: boolean
}

/** One page of the journal. The turn must be the reader's, and what follows `after` must still be there. */
async function readJournal(house: House, request: ReadRequest, after: Place): Promise<Reading> {
  const { turnId, principal } = request
  const { state, events } = await house.database.read(async (handle) => {
    // In this order: a turn that ended before the first look has all its events in the second.
    const found = await findJournalState(handle, principal.memberId, turnId)
    return { state: found, events: found ? await selectEvents(handle, { turnId, after, limit: PAGE }) : [] }
  })
  if (!state) throw new SophiaError('NOT_FOUND')
  const [first] = events
  if (first && stepFrom(after, first) === 'gap') throw new SophiaError('JOURNAL_EXPIRED')
  if (!first && !state.isOpen && !state.hasEvents) throw new SophiaError('JOURNAL_EXPIRED')
  return { events, isOpen: state.isOpen }
}
