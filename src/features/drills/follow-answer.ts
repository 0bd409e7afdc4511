import { assembleTurn, EMPTY_TURN, type AssembledTurn } from '#contract/turn-assembly.ts'
import { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { Clock } from '#domain/clock.ts'
import { readStream, StreamRefused } from '#platform/scratch/client.ts'
import type { ScratchSophia } from '#platform/scratch/sophia.ts'

/** An answer as somebody saw it who read its stream, and came back with `after` wherever it broke off. */
export interface ReadAnswer {
  /** To its end. */
  readonly isRead: boolean
  /** How often they came back. */
  readonly resumed: number
  /** Events that were left out, and attempts that began without a word of it. */
  readonly gaps: number
  readonly repeats: number
}

/** Somebody who holds each event against the one before it. */
export function createAnswerReader() {
  let turn: AssembledTurn = EMPTY_TURN
  const seen = { gaps: 0, repeats: 0 }
  return {
    seen: seen as Readonly<typeof seen>,
    after: () => `${turn.attempt}.${turn.n}`,
    events: () => turn.n,
    isOver: () => turn.end !== null,
    take(placed: PlacedTurnEvent): void {
      const { attempt, n, event } = placed
      if (attempt < turn.attempt || (attempt === turn.attempt && n <= turn.n)) {
        seen.repeats += 1
        return
      }
      const isNewAttempt = attempt > turn.attempt
      const isTold = !isNewAttempt || turn.attempt === 0 || event.type === 'turn-restart'
      const isNext = n === (isNewAttempt ? 0 : turn.n) + 1
      if (!isTold || !isNext) seen.gaps += 1
      // Reads on from there: one gap counts once.
      turn = assembleTurn(isNext ? turn : { ...turn, attempt, n: n - 1 }, placed)
    },
  }
}

interface Following {
  readonly sophias: readonly ScratchSophia[]
  readonly key: string
  readonly clock: Clock
  /** Which process is asked first, by its place. */
  readonly first: number
  readonly signal: AbortSignal
  /** Told of whatever is read. */
  readonly hear: (text: string) => void
}

/** They leave once of their own accord after so many events, and go on at another process. */
const LEAVE_AFTER = 2
const BETWEEN_TRIES_MS = 200

/** Reads an answer by server-sent events to its end, or until nobody waits for it any more. */
export async function followAnswer(following: Following, turnId: string): Promise<ReadAnswer> {
  const { sophias, clock, first, signal } = following
  const reader = createAnswerReader()
  let tries = 0
  for (let isThere = true; isThere && !reader.isOver() && !signal.aborted; tries += 1) {
    const sophia = sophias[(first + tries) % sophias.length]
    if (sophia) isThere = await readFrom(following, { sophia, turnId, reader, leaves: tries === 0 })
    if (!reader.isOver() && tries > 0) await clock.sleep(BETWEEN_TRIES_MS, signal).catch(() => undefined)
  }
  return { isRead: reader.isOver(), resumed: Math.max(0, tries - 1), ...reader.seen }
}

interface Sitting {
  readonly sophia: ScratchSophia
  readonly turnId: string
  readonly reader: ReturnType<typeof createAnswerReader>
  readonly leaves: boolean
}

/** One line to one process, as long as it lasts. Answers false when there is no such answer, as after a loss. */
async function readFrom({ key, signal, hear }: Following, sitting: Sitting): Promise<boolean> {
  const { sophia, turnId, reader, leaves } = sitting
  const path = `/api/turns/${turnId}/events?after=${reader.after()}`
  try {
    for await (const data of readStream({ url: sophia.url, path, key, signal })) {
      hear(data)
      reader.take(PlacedTurnEvent.parse(JSON.parse(data)))
      if (reader.isOver() || (leaves && reader.events() >= LEAVE_AFTER)) return true
    }
  } catch (error) {
    // Any other end of a line is what the next one goes on after.
    return !(error instanceof StreamRefused && error.status === 404)
  }
  return true
}
