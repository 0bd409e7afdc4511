import type { Stall } from '#domain/turn/stall.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import { answerTurn } from './answer-turn.ts'
import { claimLoop } from './claim-loop.ts'
import { heartbeatLoop } from './heartbeat.ts'
import { findStalls } from './find-stalls.ts'
import type { House } from './needs.ts'
import type { ClaimedTurn } from './queue-store.ts'
import { createRunnerState, wake, type RunnerState } from './runner-state.ts'
import { TurnStopped, type TurnRun } from './turn-work.ts'
import { releaseTurns } from './turns-store.ts'

export interface TurnRunner {
  start(): void
  /** A turn was queued: look at once. */
  wake(): void
  cancel(turnId: string): void
  /** A person decided on a call of this turn. */
  decide(turnId: string): void
  /** The turn's conversation is gone. */
  forget(turnId: string): void
  isRunning(turnId: string): boolean
  /** Answers a turn that a verb has claimed, here and now. */
  run(turn: ClaimedTurn): Promise<void>
  activeTurns(): number
  /** Attempts of this process that hang now. Each is logged when it is first seen. */
  stalls(): Readonly<Record<Stall, number>>
  /** No more claims; waits for the running turns up to `graceMs`, then gives the rest back to others. */
  drain(graceMs: number): Promise<void>
}

/** Claims turns and answers them, up to the process's limit; keeps their leases with one heartbeat for all. */
export function createTurnRunner(house: House): TurnRunner {
  const state = createRunnerState(house)
  let loops: Promise<unknown> = Promise.resolve()
  const stop = (turnId: string, reason: TurnStopped['reason']): void =>
    state.runs.get(turnId)?.run.stop.abort(new TurnStopped(reason))
  return {
    start() {
      loops = Promise.all([claimLoop(state, (turn) => void begin(state, turn)), heartbeatLoop(state)])
    },
    wake: () => wake(state),
    cancel: (turnId) => stop(turnId, 'cancelled'),
    forget: (turnId) => stop(turnId, 'stale'),
    decide: (turnId) => state.runs.get(turnId)?.run.onDecision?.(),
    isRunning: (turnId) => state.runs.has(turnId),
    run: (turn) => begin(state, turn),
    activeTurns: () => state.runs.size,
    stalls: () => findStalls(state),
    async drain(graceMs) {
      await drainRuns(state, graceMs)
      state.ended.abort()
      await loops
    },
  }
}

function createRun({ clock }: House, turn: ClaimedTurn): TurnRun {
  return {
    turn,
    stop: new AbortController(),
    isWaiting: false,
    claimedMs: clock.monotonicMs(),
    startedMs: null,
    firstTokenMs: null,
    isStallTold: false,
    onDecision: undefined,
  }
}

function begin(state: RunnerState, turn: ClaimedTurn): Promise<void> {
  const { house, runs } = state
  const run = createRun(house, turn)
  if (turn.attempt > 1) house.metrics?.takeovers.inc()
  const done = withCorrelation({ correlationId: turn.correlationId, turnId: turn.id }, () => answerTurn(house, run))
    .catch((error: unknown) => house.log.error({ error, turn: turn.id }, 'turn left open; its lease will run out'))
    .then(() => {
      if (runs.get(turn.id)?.run === run) runs.delete(turn.id)
      house.metrics?.turnsActive.set(runs.size)
      wake(state)
    })
  runs.set(turn.id, { run, done })
  house.metrics?.turnsActive.set(runs.size)
  return done
}

async function drainRuns(state: RunnerState, graceMs: number): Promise<void> {
  const { house, runs } = state
  state.stopping.abort()
  wake(state)
  // Turns that wait for a person would wait out any grace: they are given back at once.
  await giveBack(
    house,
    [...runs.values()].map((one) => one.run).filter((run) => run.isWaiting),
  )
  const grace = new AbortController()
  const all = Promise.all([...runs.values()].map((one) => one.done))
  // An aborted sleep only means that all were done in time.
  await Promise.race([all, house.clock.sleep(graceMs, grace.signal).catch(() => undefined)])
  grace.abort()
  await giveBack(
    house,
    [...runs.values()].map((one) => one.run),
  )
  await all
}

async function giveBack(house: House, given: readonly TurnRun[]): Promise<void> {
  if (given.length === 0) return
  for (const run of given) run.stop.abort(new TurnStopped('released'))
  const held = given.map(({ turn }) => ({ id: turn.id, fence: turn.fence }))
  // Without the database their leases simply run out.
  await house.database
    .read((handle) => releaseTurns(handle, held))
    .catch((error: unknown) => house.log.warn({ error }, 'could not give turns back'))
}
