import { toSophiaError } from '#domain/errors.ts'
import { afterFailure, afterSuccess, NO_OUTAGE, type OutageMemory } from '#domain/turn/lease.ts'
import type { House } from './needs.ts'
import type { TurnRun } from './turn-work.ts'

/** What the runner's loops share. */
export interface RunnerState {
  readonly house: House
  readonly runs: Map<string, { readonly run: TurnRun; readonly done: Promise<void> }>
  /** Fires when nothing more may be claimed. */
  readonly stopping: AbortController
  /** Fires when the last turn is done. */
  readonly ended: AbortController
  outage: OutageMemory
  isStarted: boolean
  isWoken: boolean
  wakeUp: (() => void) | undefined
}

export function createRunnerState(house: House): RunnerState {
  return {
    house,
    runs: new Map(),
    stopping: new AbortController(),
    ended: new AbortController(),
    outage: house.startsInOutage ? afterFailure() : NO_OUTAGE,
    isStarted: false,
    isWoken: false,
    wakeUp: undefined,
  }
}

export function noteSuccess(state: RunnerState): void {
  state.outage = afterSuccess(state.outage, state.house.clock.monotonicMs())
}

export function noteFailure(state: RunnerState, error: unknown, what: string): void {
  const known = toSophiaError(error)
  if (known.code === 'DATABASE_UNAVAILABLE') state.outage = afterFailure()
  state.house.log.warn({ error: known }, what)
}

export function wake(state: RunnerState): void {
  state.isWoken = true
  state.wakeUp?.()
}
