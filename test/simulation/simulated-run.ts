import type { PlacedTurnEvent, TurnEvent } from '#contract/turn-events.ts'
import type { CallResult, Claimed, MachineCall } from './machine-records.ts'

/** One attempt at an answer, as the process that works on it has it in memory. */
export interface Run {
  readonly held: Claimed
  /** What it says from here on. */
  readonly pieces: string[]
  /** It calls when so many pieces are left; null: it does not. */
  callsAt: number | null
  text: string
  lastN: number
  waiting: TurnEvent[]
  batch: PlacedTurnEvent[]
  /** What it tells of calls. */
  calls: CallResult[]
  /** Calls of earlier attempts that this one has not asked for again. */
  earlier: MachineCall[]
  /** It says nothing more. */
  isOver: boolean
  isReleased: boolean
  isCancelled: boolean
  isWaiting: boolean
  /** Wakes what waits for a person. */
  onDecision: (() => void) | undefined
  /** Ends what is under way when its member wants it stopped. */
  onCancel: (() => void) | undefined
}

/** What an attempt at this turn says, and where in it the model asks for a call. */
export interface Work {
  readonly pieces: readonly string[]
  readonly callsAt: number | null
}

export function createRun(held: Claimed, { pieces, callsAt }: Work): Run {
  return {
    held,
    pieces: [...pieces],
    callsAt,
    text: '',
    lastN: 0,
    waiting: [],
    batch: [],
    calls: [],
    earlier: [],
    isOver: false,
    isReleased: false,
    isCancelled: held.isCancelled,
    isWaiting: false,
    onDecision: undefined,
    onCancel: undefined,
  }
}
