import { noteAnswer, noteFailure, type RunnerState } from './runner-state.ts'
import { TurnStopped, type TurnRun } from './turn-work.ts'
import { renewLeases } from './turns-store.ts'

/** Keeps the leases of all turns of this process with one update each beat, and learns of cancels asked for elsewhere. */
export async function heartbeatLoop(state: RunnerState): Promise<void> {
  const { clock, limits } = state.house
  while (!state.ended.signal.aborted) {
    // A sleep that ends early only means that the process is done.
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(limits.heartbeatMs, state.ended.signal).catch(() => undefined)
    // oxlint-disable-next-line no-await-in-loop
    if (state.runs.size > 0)
      await renew(
        state,
        [...state.runs.values()].map((one) => one.run),
      )
  }
}

/** Keeps the leases of these, and learns whether they were cancelled or lost. */
export async function renew(state: RunnerState, held: readonly TurnRun[]): Promise<void> {
  const { keeping, clock, limits } = state.house
  const turns = held.map(({ turn }) => ({ id: turn.id, fence: turn.fence }))
  const askedMs = clock.monotonicMs()
  try {
    const rows = await keeping.read((handle) => renewLeases(handle, turns, limits.leaseMs))
    noteAnswer(state, askedMs, rows[0]?.renewed_at)
    const renewed = new Map(rows.map((row) => [row.id, row]))
    for (const run of held) {
      const row = renewed.get(run.turn.id)
      if (!row) run.stop.abort(new TurnStopped('stale'))
      else if (row.is_cancelled) run.stop.abort(new TurnStopped('cancelled'))
    }
  } catch (error) {
    noteFailure(state, error, 'could not renew leases')
  }
}
