import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import type { HistoryEntry } from '../chaos/history.ts'
import type { MachineFaults } from './machine-records.ts'
import { createOrders, type Orders } from './simulated-orders.ts'
import { createTurnMachine, type TurnMachine } from './turn-machine.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What a simulated product does wrong on purpose. */
export interface Planted extends MachineFaults {
  readonly ackBeforeCommit?: boolean
  readonly deliverBeforeCommit?: boolean
  readonly renumberOnRepeat?: boolean
  readonly resumeOffByOne?: boolean
  readonly ignoreGaps?: boolean
  readonly claimDuringOutage?: boolean
  readonly startUnaware?: boolean
  readonly claimWhatRanOutMeanwhile?: boolean
  readonly noHeartbeat?: boolean
  readonly noHeartbeatWhileWaiting?: boolean
  readonly forgetUnwritten?: boolean
  readonly silentRestart?: boolean
  readonly waitForEver?: boolean
  readonly keyOfAttempt?: boolean
  readonly dropEarlierCalls?: boolean
  readonly silentCancel?: boolean
  readonly keepWhatIsHeld?: boolean
  readonly claimWhileEnding?: boolean
}

const { leaseMs, heartbeatMs, pollMs, flushMs } = DEFAULT_TURN_LIMITS
/** What the product's limits are, in milliseconds; a person's time is shorter, so that it runs out in a storm, too. */
export const LIMITS = {
  leaseMs,
  heartbeatMs,
  pollMs,
  flushMs,
  retryMs: 250,
  turnsPerProcess: 8,
  approvalMs: 4000,
  decisionPollMs: 500,
}

/** One database that several processes reach over a line that may fail at any step. */
export interface World {
  readonly time: VirtualTime
  readonly planted: Planted
  readonly machine: TurnMachine
  readonly history: HistoryEntry[]
  /** What is done outside, by calls with side effects. */
  readonly orders: Orders
  /** The database answers nobody before this moment. */
  outageUntilMs: number
  /** The database does nothing before this moment, and then all that it was sent. */
  hangUntilMs: number
  /** Since when, if it does. */
  hangFromMs: number
  /** How often a request, or only its answer, is lost. */
  lossShare: number
  /** Until when a loss may still show. */
  lossUntilMs: number
  /** Turns whose member was told that their yes was heard. */
  readonly approved: Set<string>
  /** What was broken of the promises that no history shows. */
  readonly broken: string[]
  nextId(): string
  /** Does something in the database, as a whole, and tells what came of it. A failure says nothing of whether it was done. */
  call<Result>(
    caller: { readonly isCutOff: () => boolean },
    work: () => Result,
    done: (result: { readonly value: Result } | undefined) => void,
  ): void
}

/** After which a member tries again. */
export const RETRY_MS = 60
/** Within this a request has failed. */
export const FAILURE_MS = 400

export function createWorld(time: VirtualTime, planted: Planted): World {
  let ids = 0
  const world: World = {
    time,
    planted,
    machine: createTurnMachine(planted),
    history: [],
    orders: createOrders(time),
    outageUntilMs: 0,
    hangUntilMs: 0,
    hangFromMs: 0,
    lossShare: 0,
    lossUntilMs: 0,
    approved: new Set(),
    broken: [],
    nextId: () => `00000000-0000-7000-8000-${String((ids += 1)).padStart(12, '0')}`,
    call(caller, work, done) {
      const isAway = (): boolean => time.nowMs() < world.outageUntilMs || caller.isCutOff()
      const fail = (): void => time.after(time.between(1, FAILURE_MS), () => done(undefined))
      const carryOut = (): void => {
        const hangsMs = world.hangUntilMs - time.nowMs()
        if (hangsMs > 0) return time.after(hangsMs + time.between(0, 5), carryOut)
        if (isAway() || time.chance(world.lossShare)) return fail()
        const value = work()
        time.after(time.between(0, 6), () => {
          if (isAway() || time.chance(world.lossShare)) fail()
          else done({ value })
        })
      }
      time.after(time.between(0, 6), carryOut)
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
