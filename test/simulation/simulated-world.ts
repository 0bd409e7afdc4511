import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import type { HistoryEntry } from '../chaos/history.ts'
import { createTurnMachine, type MachineFaults, type TurnMachine } from './turn-machine.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What a simulated product does wrong on purpose. */
export interface Planted extends MachineFaults {
  readonly ackBeforeCommit?: boolean
  readonly deliverBeforeCommit?: boolean
  readonly renumberOnRepeat?: boolean
  readonly resumeOffByOne?: boolean
  readonly ignoreGaps?: boolean
  readonly claimDuringOutage?: boolean
  readonly noHeartbeat?: boolean
  readonly forgetUnwritten?: boolean
  readonly silentRestart?: boolean
}

const { leaseMs, heartbeatMs, pollMs, flushMs } = DEFAULT_TURN_LIMITS
/** What the product's limits are, in milliseconds. */
export const LIMITS = { leaseMs, heartbeatMs, pollMs, flushMs, retryMs: 250, turnsPerProcess: 8 }

/** One database that several processes reach over a line that may fail at any step. */
export interface World {
  readonly time: VirtualTime
  readonly planted: Planted
  readonly machine: TurnMachine
  readonly history: HistoryEntry[]
  /** The database answers nobody before this moment. */
  outageUntilMs: number
  /** How often a request, or only its answer, is lost. */
  lossShare: number
  /** Attempts that took a turn from a process that lived and could have kept it. */
  readonly storms: string[]
  nextId(): string
  /** Does something in the database, as a whole, and tells what came of it. A failure says nothing of whether it was done. */
  call<Result>(
    caller: { readonly isCutOff: () => boolean },
    work: () => Result,
    done: (result: { readonly value: Result } | undefined) => void,
  ): void
}

const FAILURE_MS = 400

export function createWorld(time: VirtualTime, planted: Planted): World {
  let ids = 0
  const world: World = {
    time,
    planted,
    machine: createTurnMachine(planted),
    history: [],
    outageUntilMs: 0,
    lossShare: 0,
    storms: [],
    nextId: () => `00000000-0000-7000-8000-${String((ids += 1)).padStart(12, '0')}`,
    call(caller, work, done) {
      const isAway = (): boolean => time.nowMs() < world.outageUntilMs || caller.isCutOff()
      const fail = (): void => time.after(time.between(1, FAILURE_MS), () => done(undefined))
      time.after(time.between(0, 6), () => {
        if (isAway() || time.chance(world.lossShare)) return fail()
        const value = work()
        time.after(time.between(0, 6), () => {
          if (isAway() || time.chance(world.lossShare)) fail()
          else done({ value })
        })
      })
    },
  }
  return world
}

/** Live events within one process. */
export function createFeed() {
  const listeners = new Set<(events: readonly PlacedTurnEvent[]) => void>()
  return {
    publish: (events: readonly PlacedTurnEvent[]): void => listeners.forEach((listener) => listener(events)),
    listen(listener: (events: readonly PlacedTurnEvent[]) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
