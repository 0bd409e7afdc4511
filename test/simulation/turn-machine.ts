import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { START, type Place } from '#domain/turn/place.ts'
import { createCallMachine } from './call-machine.ts'
import type {
  Claimed,
  Held,
  IdleClaim,
  MachineAnswer,
  MachineClaim,
  MachineFaults,
  MachineMessage,
  MachineTurn,
} from './machine-records.ts'

/**
 * What PostgreSQL does with turns, as a machine without SQL: stored questions, leases, fences, journal, answers, and calls that wait for
 * a person. All steps are whole, as transactions are, and take the database's own time. A test holds the statements of the product to it.
 */
export function createTurnMachine(faults: MachineFaults = {}) {
  const turns: MachineTurn[] = []
  const messages: MachineMessage[] = []
  const events = new Map<string, PlacedTurnEvent[]>()
  const isOpen = ({ status }: MachineTurn): boolean => ['queued', 'running', 'waiting'].includes(status)
  const seqOf = (conversationId: string): number =>
    1 + messages.filter((message) => message.conversationId === conversationId).length
  const isFree = ({ leaseUntilMs }: MachineTurn, nowMs: number): boolean =>
    faults.noLease === true || leaseUntilMs === null || leaseUntilMs < nowMs
  const take = (turn: MachineTurn, { processId, nowMs, leaseMs }: Omit<IdleClaim, 'id'>): Claimed => {
    turn.status = 'running'
    turn.attempt += 1
    turn.leaseUntilMs = nowMs + leaseMs
    turn.owner = processId
    return { id: turn.id, attempt: turn.attempt, isCancelled: turn.isCancelled }
  }
  const held = ({ id, attempt }: Held): MachineTurn | undefined =>
    turns.find(
      (turn) =>
        turn.id === id &&
        (faults.noFence === true ||
          (turn.attempt === attempt && turn.owner !== null && ['running', 'waiting'].includes(turn.status))),
    )
  return {
    ...createCallMachine({ faults, turns, isOpen, held }),
    turns,
    messages,
    events,
    isOpen,
    /** The same id again gives the same answer and stores nothing. */
    post(message: { id: string; conversationId: string; memberId: string; text: string; turnId: string }) {
      const earlier = messages.find((known) => known.id === message.id)
      if (earlier && faults.noDuplicateCheck !== true) return { turnId: earlier.turnId, seq: earlier.seq }
      const { conversationId, memberId, text, turnId } = message
      const seq = seqOf(conversationId)
      messages.push({ id: message.id, conversationId, seq, role: 'user', text, turnId, status: null, calls: [] })
      const fresh = { attempt: 0, leaseUntilMs: null, owner: null, isCancelled: false, status: 'queued' as const }
      turns.push({ id: turnId, conversationId, memberId, messageId: message.id, ...fresh })
      return { turnId, seq }
    },
    /** Fairly over members, oldest first; of a conversation only the oldest open turn. */
    claim({ limit, takesOver, latestMs = Number.POSITIVE_INFINITY, ...claim }: MachineClaim): Claimed[] {
      const { nowMs } = claim
      const rounds = new Map<string, number>()
      for (const { memberId, status, leaseUntilMs } of turns)
        if (status === 'running' && leaseUntilMs !== null && leaseUntilMs >= nowMs)
          rounds.set(memberId, (rounds.get(memberId) ?? 0) + 1)
      const busy = new Set<string>()
      const due = turns.filter((turn) => {
        if (!isOpen(turn) || busy.has(turn.conversationId)) return false
        busy.add(turn.conversationId)
        return isFree(turn, nowMs) && !(faults.waitingIsForgotten === true && turn.status === 'waiting')
      })
      const queue = due.map((turn) => {
        const round = (rounds.get(turn.memberId) ?? 0) + 1
        rounds.set(turn.memberId, round)
        return { turn, round }
      })
      const wanted = queue.filter(
        ({ turn: { leaseUntilMs } }) =>
          leaseUntilMs === null || (takesOver && (faults.noLease === true || leaseUntilMs < latestMs)),
      )
      const taken = wanted.toSorted((one, other) => one.round - other.round).slice(0, limit)
      return taken.map(({ turn }) => take(turn, claim))
    },
    /** Takes one turn whoever is due, if nobody holds it: to end it without answering. */
    claimIdle({ id, ...claim }: IdleClaim): Claimed | undefined {
      const turn = turns.find((known) => known.id === id)
      return turn && isOpen(turn) && isFree(turn, claim.nowMs) ? take(turn, claim) : undefined
    },
    /** Answers those that are still held, and whether somebody wants them stopped. */
    renew(wanted: readonly Held[], untilMs: number): { id: string; isCancelled: boolean }[] {
      return wanted.flatMap((one) => {
        const turn = held(one)
        if (!turn) return []
        turn.leaseUntilMs = untilMs
        return [{ id: turn.id, isCancelled: turn.isCancelled }]
      })
    },
    /** Gives turns back at once; a later claim starts them afresh. */
    release(wanted: readonly Held[]): void {
      for (const one of wanted) {
        const turn = held(one)
        if (!turn) continue
        turn.leaseUntilMs = null
        turn.owner = null
      }
    },
    /** A turn waits for a person, or goes on; false when it is held no more. */
    setWaiting(one: Held, isWaiting: boolean): boolean {
      const turn = held(one)
      if (!turn) return false
      turn.status = isWaiting ? 'waiting' : 'running'
      return true
    },
    cancel(id: string): void {
      const turn = turns.find((known) => known.id === id)
      if (turn && isOpen(turn)) turn.isCancelled = true
    },
    /** Answers the turns whose attempt is still the last; of the others nothing is written. A place that is taken stays as it is. */
    append(entries: readonly PlacedTurnEvent[]): Set<string> {
      const written = new Set<string>()
      for (const entry of entries) {
        const turn = turns.find((known) => known.id === entry.turnId)
        const isTheirs = turn?.attempt === entry.attempt && turn.owner !== null
        if (!turn || !(isTheirs || faults.noFence === true)) continue
        written.add(turn.id)
        const journal = events.get(turn.id) ?? []
        events.set(turn.id, journal)
        if (!journal.some((known) => known.attempt === entry.attempt && known.n === entry.n)) journal.push(entry)
      }
      return written
    },
    /** Status, message and last events, all or nothing; false when the turn is held no more. */
    finish(one: Held, answer: MachineAnswer): boolean {
      const turn = held(one)
      if (!turn) return false
      const { conversationId, id } = turn
      turn.status = answer.status
      turn.leaseUntilMs = null
      const seq = seqOf(conversationId)
      messages.push({ ...answer, conversationId, seq, role: 'assistant', turnId: id })
      return true
    },
    /** What follows `after`; when there is a newer attempt, that one from its beginning. */
    read(turnId: string, after: Place = START): PlacedTurnEvent[] {
      const journal = events.get(turnId) ?? []
      const attempt = Math.max(0, ...journal.map((entry) => entry.attempt))
      return journal
        .filter((entry) => entry.attempt === attempt)
        .filter((entry) => (attempt === after.attempt ? entry.n > after.n : attempt > after.attempt))
        .toSorted((one, other) => one.n - other.n)
    },
  }
}

export type TurnMachine = ReturnType<typeof createTurnMachine>
