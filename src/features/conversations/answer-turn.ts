import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { inSpan } from '#platform/tracing/in-span.ts'
import { adoptCalls } from './calls-store.ts'
import { startDeadline } from './deadline.ts'
import { endTurn } from './end-turn.ts'
import { runRound } from './model-round.ts'
import type { House } from './needs.ts'
import { withdrawQuestions } from './questions-store.ts'
import { runCalls } from './run-calls.ts'
import { loadContext } from './turn-context.ts'
import { checkStopped, createWork, emit, TurnStopped, type TurnRun, type TurnWork } from './turn-work.ts'

/** One attempt, from claim to end. Resolves when the turn is ended, given back or lost; never rejects for the turn's own failures. */
export async function answerTurn(house: House, run: TurnRun): Promise<void> {
  const lane = house.journal.open(run.turn, {
    onStale: () => run.stop.abort(new TurnStopped('stale')),
    onRefused: (error) => run.stop.abort(error),
  })
  const deadline = startDeadline(house.clock, house.limits.totalMs)
  const work = createWork({ house, run, lane, deadline })
  try {
    await compose(work)
    await endTurn(work, { status: 'complete' })
  } catch (error) {
    await endBadly(work, error)
  } finally {
    deadline.end()
    lane.drop()
  }
}

async function endBadly(work: TurnWork, thrown: unknown): Promise<void> {
  // Whoever stopped the turn is the reason, whatever error that caused on its way out.
  const reason: unknown = work.signal.aborted ? work.signal.reason : thrown
  if (reason instanceof TurnStopped) {
    if (reason.reason === 'cancelled') await endTurn(work, { status: 'cancelled' })
    return
  }
  const error = toSophiaError(reason)
  // The database is away, or no connection to it is free: the lease runs out, and whoever claims then answers afresh.
  work.run.isStarved = error.code === 'OVERLOADED'
  if (work.run.isStarved || error.code === 'DATABASE_UNAVAILABLE') return
  if (error.code === 'INTERNAL') work.house.log.error({ error, turn: work.turn.id }, 'turn failed')
  await endTurn(work, { status: 'failed', error })
}

async function compose(work: TurnWork): Promise<void> {
  const { turn, house } = work
  if (turn.attempt > 1) {
    emit(work, { type: 'turn-restart', reason: 'The process that was answering stopped; the answer starts afresh.' })
    await adoptEarlierCalls(work)
  }
  if (turn.isCancelled) throw new TurnStopped('cancelled')
  if (turn.attempt > house.limits.maxAttempts) {
    throw new SophiaError('INTERNAL', {
      detail: `This answer was begun ${house.limits.maxAttempts} times and never finished; it is given up.`,
    })
  }
  await answer(work)
}

async function adoptEarlierCalls(work: TurnWork): Promise<void> {
  const { database, limits } = work.house
  work.priorCalls = await database.read((handle) => adoptCalls(handle, work.turn, limits.approvalMs))
  await database.read((handle) => withdrawQuestions(handle, work.turn.id))
  work.priorCalls.sort((a, b) => a.index - b.index)
  work.nextCallIndex = Math.max(-1, ...work.priorCalls.map((call) => call.index)) + 1
}

async function answer(work: TurnWork): Promise<void> {
  const context = await inSpan({ kind: 'context', name: 'load context' }, () => loadContext(work))
  for (let round = 1; ; round += 1) {
    checkStopped(work)
    // A round builds on the one before.
    // oxlint-disable-next-line no-await-in-loop
    const result = await inSpan({ kind: 'round', name: `model round ${round}` }, () => runRound(work, context, round))
    if (result.calls.length === 0) {
      checkEnding(work, result.reason)
      return
    }
    if (round > work.house.limits.toolRounds) {
      throw new SophiaError('TURN_LIMIT_REACHED', {
        detail: `The model asked for tools more than ${work.house.limits.toolRounds} times in a row.`,
      })
    }
    // oxlint-disable-next-line no-await-in-loop
    const outcomes = await runCalls(work, context.skills, result.calls)
    context.messages.push({ role: 'assistant', text: result.text, toolCalls: result.calls }, { role: 'tool', outcomes })
  }
}

function checkEnding(work: TurnWork, reason: 'stop' | 'tool-calls' | 'length' | 'refused'): void {
  if (reason === 'length')
    throw new SophiaError('TURN_LIMIT_REACHED', { detail: 'The answer reached its limit of length and was cut.' })
  if (reason === 'refused') throw new SophiaError('MODEL_REFUSED', { detail: 'The model declined to answer this.' })
  if (work.text === '') throw new SophiaError('MODEL_STREAM_BROKEN', { detail: 'The model ended without an answer.' })
}
