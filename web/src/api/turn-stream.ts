import { assembleTurn, EMPTY_TURN, type AssembledTurn } from '#contract/turn-assembly.ts'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { toApiProblem } from './api-problem.ts'

/** Opens the events of a turn after a place (`ATTEMPT.N`, absent: from the start); ends when the connection ends. */
export type OpenTurnEvents = (
  turnId: string,
  after: string | undefined,
  signal: AbortSignal,
) => AsyncIterable<PlacedTurnEvent>

export type Reading =
  | { readonly state: 'connecting' | 'live' | 'resuming'; readonly turn: AssembledTurn }
  | { readonly state: 'ended'; readonly turn: AssembledTurn }
  /** The journal no longer holds the turn: the stored message has the whole answer. */
  | { readonly state: 'expired'; readonly turn: AssembledTurn }

export interface TurnReader {
  readonly turnId: string
  readonly open: OpenTurnEvents
  readonly signal: AbortSignal
  /** Resolves after the time, or at once when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  readonly onReading: (reading: Reading) => void
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8000
/** Signed out, not permitted, not there, no longer kept: asking again cannot help. */
const FINAL_STATUSES = [401, 403, 404, 410]

/**
 * Reads a turn to its end through any number of lost connections. It resumes from the last event it has taken; a gap is
 * never bridged but asked for again. Ends early only when the signal aborts.
 */
export async function readTurn(reader: TurnReader): Promise<void> {
  let reading: Reading = { state: 'connecting', turn: EMPTY_TURN }
  let failures = 0
  reader.onReading(reading)
  while (!reader.signal.aborted) {
    const before = reading.turn
    reading = await readConnection(reader, before)
    if (reader.signal.aborted) return
    reader.onReading(reading)
    if (reading.state !== 'resuming') return
    failures = reading.turn === before ? failures + 1 : 0
    await reader.wait(pauseMs(failures), reader.signal)
  }
}

/** Reads one connection from where the turn stands: to the turn's end, or to where the line was lost. */
async function readConnection(reader: TurnReader, from: AssembledTurn): Promise<Reading> {
  let turn = from
  try {
    for await (const placed of reader.open(reader.turnId, placeOf(turn), reader.signal)) {
      if (placed.turnId !== reader.turnId) continue
      turn = assembleTurn(turn, placed)
      if (turn.end) return { state: 'ended', turn }
      reader.onReading({ state: 'live', turn })
    }
    // An error may be followed by a new attempt, so it is the end only when the server closes after it.
    return { state: turn.error ? 'ended' : 'resuming', turn }
  } catch (thrown) {
    // A lost line, a gap or an overloaded server: all are cured by resuming.
    return { state: isGone(thrown) ? 'expired' : 'resuming', turn }
  }
}

/** `ATTEMPT.N` of the last event taken, or nothing before the first. */
function placeOf(turn: AssembledTurn): string | undefined {
  return turn.n === 0 ? undefined : `${turn.attempt}.${turn.n}`
}

function isGone(thrown: unknown): boolean {
  const problem = toApiProblem(thrown)
  return FINAL_STATUSES.includes(problem.status) || problem.code === 'JOURNAL_EXPIRED'
}

function pauseMs(failures: number): number {
  return failures === 0 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
}
