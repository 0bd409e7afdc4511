import type { Stall } from '#domain/turn/stall.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import { answerTurn } from './answer-turn.ts'
import { claimLoop, freeSlots } from './claim-loop.ts'
import { giveTurnsBack } from './give-turns-back.ts'
import { heartbeatLoop, renew } from './heartbeat.ts'
import { findStalls } from './find-stalls.ts'
import type { House } from './needs.ts'
import type { ClaimedTurn } from './queue-store.ts'
import { createRunnerState, wake, type RunnerState } from './runner-state.ts'
import { beginTurnSpan, endTurnSpan } from './turn-trace.ts'
import { TurnStopped, type TurnRun } from './turn-work.ts'

export interface TurnRunner {
  start(): void
  /** A turn was queued: look at once, or have the others look. */
  queued(): void
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

/** A turn waits, and the process that took it in has no room for it. */
const QUEUED = 'turns-queued'
/** Something was decided on a turn by a process that does not answer it. */
const TOUCHED = 'turns-touched'

/** Claims turns and answers them, up to the process's limit; keeps their leases with one heartbeat for all. */
export function createTurnRunner(house: House): TurnRunner {
  const state = createRunnerState(house)
  const { wakeups } = house
  let loops: Promise<unknown> = Promise.resolve()
  const stop = (turnId: string, reason: TurnStopped['reason']): void => {
    if (state.runs.has(turnId)) state.runs.get(turnId)?.run.stop.abort(new TurnStopped(reason))
    else wakeups.tell(TOUCHED, turnId)
  }
  return {
    start() {
      house.followers.start()
      wakeups.hear(QUEUED, () => wake(state))
      wakeups.hear(TOUCHED, (turnId) => look(state, turnId))
      state.isStarted = true
      loops = Promise.all([claimLoop(state, (turn) => void begin(state, turn)), heartbeatLoop(state)])
    },
    queued: () => (hasRoom(state) ? wake(state) : wakeups.tell(QUEUED)),
    cancel: (turnId) => stop(turnId, 'cancelled'),
    forget: (turnId) => stop(turnId, 'stale'),
    decide(turnId) {
      if (state.runs.has(turnId)) state.runs.get(turnId)?.run.onDecision?.()
      else wakeups.tell(TOUCHED, turnId)
    },
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

/** Another process stored a cancel or a decision on one of our turns, or on some when none is named. */
function look(state: RunnerState, turnId: string | null): void {
  const touched = turnId === null ? [...state.runs.values()] : [state.runs.get(turnId) ?? []].flat()
  if (touched.length === 0) return
  for (const { run } of touched) run.onDecision?.()
  void renew(
    state,
    touched.map(({ run }) => run),
  )
}

function hasRoom(state: RunnerState): boolean {
  return state.isStarted && !state.stopping.signal.aborted && freeSlots(state) > 0
}

function createRun(house: House, turn: ClaimedTurn): TurnRun {
  return {
    turn,
    stop: new AbortController(),
    isWaiting: false,
    claimedMs: house.clock.monotonicMs(),
    span: beginTurnSpan(house, turn),
    ending: null,
    startedMs: null,
    firstTokenMs: null,
    isStallTold: false,
    isStarved: false,
    onDecision: undefined,
  }
}

function begin(state: RunnerState, turn: ClaimedTurn): Promise<void> {
  const { house, runs } = state
  const run = createRun(house, turn)
  if (turn.attempt > 1) {
    house.metrics?.takeovers.inc()
    house.onTakeover?.()
  }
  const { correlationId, id: turnId, traceContext } = turn
  const correlation = { correlationId, turnId, span: run.span, remote: traceContext ?? undefined }
  const done = withCorrelation(correlation, () => answerTurn(house, run))
    .catch((error: unknown) => house.log.error({ error, turn: turn.id }, 'turn left open; its lease will run out'))
    .then(() => {
      endTurnSpan(house, run)
      state.isStarved ||= run.isStarved
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
  for (const run of given) run.stop.abort(new TurnStopped('released'))
  const held = given.map(({ turn }) => ({ id: turn.id, fence: turn.fence }))
  await giveTurnsBack(house, held)
}
