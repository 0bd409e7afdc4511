/** Whose work comes first when not all can be done: answers to people, then pages, then what nobody waits for. */
export const RANKS = ['chat', 'page', 'background'] as const
export type Rank = (typeof RANKS)[number]

/** The share of the limit that work of a rank may fill, so that lesser work never takes all of it. */
const SHARES: Readonly<Record<Rank, number>> = { chat: 1, page: 0.9, background: 0.5 }

interface Waiting<Ticket> {
  readonly ticket: Ticket
  readonly sinceMs: number
}

/** What becomes of a piece of work that asks to begin. */
export type Decision = 'begin' | 'wait' | 'refuse'

/** Work that asks to begin: let in up to a limit, then kept waiting for a moment by rank, then refused. Times are monotonic. */
export interface Admission<Ticket> {
  readonly inFlight: number
  readonly waiting: number
  /** Whether one of this rank would be refused now; changes nothing. */
  wouldRefuse(rank: Rank, limit: number): boolean
  ask(request: {
    readonly ticket: Ticket
    readonly rank: Rank
    readonly limit: number
    readonly nowMs: number
  }): Decision
  /** One that had begun is done. Answers who begins in its place. */
  leave(limit: number): readonly Ticket[]
  /** Who has waited too long and is refused. */
  expire(nowMs: number): readonly Ticket[]
}

/** A burst is worth waiting for. */
const PATIENCE_MS = 400
/** A queue that stands is no burst: what waits in it comes late anyway, and the less so the shorter it is (as CoDel tells them apart). */
const SHORT_PATIENCE_MS = 40
const SPAN_MS = 500

export function createAdmission<Ticket>(): Admission<Ticket> {
  const queues: Record<Rank, Waiting<Ticket>[]> = { chat: [], page: [], background: [] }
  let inFlight = 0
  const queue = createStanding()
  const waiting = (): number => RANKS.reduce((sum, rank) => sum + queues[rank].length, 0)
  const hasRoom = (rank: Rank, limit: number): boolean => inFlight < Math.max(1, Math.floor(limit * SHARES[rank]))
  /** Lesser work that waits keeps nobody from waiting before it. */
  const isQueueFull = (rank: Rank, limit: number): boolean =>
    RANKS.slice(0, RANKS.indexOf(rank) + 1).reduce((sum, one) => sum + queues[one].length, 0) >= limit
  const begin = (limit: number): Ticket[] => {
    const begun: Ticket[] = []
    for (const rank of RANKS) {
      while (hasRoom(rank, limit)) {
        const next = queues[rank].shift()
        if (!next) break
        inFlight += 1
        begun.push(next.ticket)
      }
    }
    return begun
  }
  return {
    get inFlight() {
      return inFlight
    },
    get waiting() {
      return waiting()
    },
    wouldRefuse: (rank, limit) => !hasRoom(rank, limit) && isQueueFull(rank, limit),
    ask({ ticket, rank, limit, nowMs }) {
      if (queues[rank].length === 0 && hasRoom(rank, limit)) {
        inFlight += 1
        queue.note('passed', nowMs)
        return 'begin'
      }
      queue.note('stopped', nowMs)
      if (isQueueFull(rank, limit)) return 'refuse'
      queues[rank].push({ ticket, sinceMs: nowMs })
      return 'wait'
    },
    leave(limit) {
      inFlight -= 1
      return begin(limit)
    },
    expire(nowMs) {
      const sinceMs = nowMs - (queue.isStanding(nowMs) ? SHORT_PATIENCE_MS : PATIENCE_MS)
      return RANKS.flatMap((rank) => {
        const kept = queues[rank].findIndex((one) => one.sinceMs > sinceMs)
        return queues[rank].splice(0, kept < 0 ? queues[rank].length : kept).map(({ ticket }) => ticket)
      })
    },
  }
}

/** A queue stands when, over a span, more of those who came were stopped by it than passed. */
function createStanding() {
  let span = { fromMs: 0, passed: 0, stopped: 0 }
  let isStanding = false
  const turn = (nowMs: number): void => {
    if (nowMs - span.fromMs < SPAN_MS) return
    isStanding = span.stopped > span.passed
    span = { fromMs: nowMs, passed: 0, stopped: 0 }
  }
  return {
    note(what: 'passed' | 'stopped', nowMs: number): void {
      turn(nowMs)
      span[what] += 1
    },
    isStanding(nowMs: number): boolean {
      turn(nowMs)
      return isStanding
    },
  }
}
