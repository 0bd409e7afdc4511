import { toSophiaError } from '#domain/errors.ts'
import { afterAnswer, afterFailure, NO_OUTAGE, type OutageMemory } from '#domain/turn/lease.ts'
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
  /** An answer was left to its lease because no connection to the database was free for it here; until one is, others shall have it. */
  isStarved: boolean
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
    isStarved: false,
    isStarted: false,
    isWoken: false,
    wakeUp: undefined,
  }
}

/** A claim or a renewal was answered; `seenAt` by the database's clock, where it said so. */
export function noteAnswer(state: RunnerState, askedMs: number, seenAt: Date | undefined): void {
  const { clock, limits, log } = state.house
  const before = state.outage
  const monotonicMs = clock.monotonicMs()
  const answer = { askedMs, monotonicMs, databaseMs: seenAt?.getTime() ?? null }
  state.outage = afterAnswer(before, answer, limits.leaseMs)
  if (before.isAway || state.outage.backSinceMs === before.backSinceMs) return
  const about = { 'event.duration_ms': Math.round(monotonicMs - askedMs) }
  log.warn(about, 'an answer of the database came late, or its clock leapt; turns of others are left to them for now')
}

/** Whatever the reason: what keeps leases from being renewed here may do so everywhere, as a full disk does. */
export function noteFailure(state: RunnerState, error: unknown, what: string): void {
  state.outage = afterFailure()
  state.house.log.warn({ error: toSophiaError(error) }, what)
}

export function wake(state: RunnerState): void {
  state.isWoken = true
  state.wakeUp?.()
}
