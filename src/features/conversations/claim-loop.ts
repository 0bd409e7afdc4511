import { latestTakeOver, mayTakeOver } from '#domain/turn/lease.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { giveTurnsBack } from './give-turns-back.ts'
import { noteAnswer, noteFailure, type RunnerState } from './runner-state.ts'
import { claimTurns, readClock, type ClaimedTurn } from './queue-store.ts'

// Made once: the default reason would record a stack with each wake-up.
const WOKEN = new Error('woken')

/** Looks for turns until the process stops: when woken, and every `pollMs` for those whose owner died. */
export async function claimLoop(state: RunnerState, begin: (turn: ClaimedTurn) => void): Promise<void> {
  while (!state.stopping.signal.aborted) {
    // oxlint-disable-next-line no-await-in-loop
    const claimed = await claimSome(state)
    // The process was told to end while the claim was under way: nobody would wait for these, or give them back.
    // oxlint-disable-next-line no-await-in-loop
    if (state.stopping.signal.aborted) return await giveTurnsBack(state.house, claimed)
    for (const turn of claimed) begin(turn)
    // A full claim may not have been all.
    // oxlint-disable-next-line no-await-in-loop
    if (claimed.length === 0 || freeSlots(state) <= 0) await pause(state)
  }
}

async function claimSome(state: RunnerState): Promise<ClaimedTurn[]> {
  state.isWoken = false
  const { keeping, clock } = state.house
  if (state.isStarved && !(await hasConnection(state))) return []
  const limit = freeSlots(state)
  if (limit <= 0) return []
  const askedMs = clock.monotonicMs()
  try {
    let seenAt: Date | undefined
    const turns = await keeping.read(async (handle) => {
      const claimed = await claimUpTo(state, handle, limit)
      seenAt = claimed[0]?.claimedAt ?? (await readClock(handle))
      return claimed
    })
    noteAnswer(state, askedMs, seenAt)
    return turns
  } catch (error) {
    noteFailure(state, error, 'could not look for turns')
    return []
  }
}

/** Each claim is an attempt, of which an answer has so many: none is spent on waiting. */
async function hasConnection(state: RunnerState): Promise<boolean> {
  state.isStarved = await state.house.database.read(() => Promise.resolve(false)).catch(() => true)
  return !state.isStarved
}

/** Decided only once there is a connection: whoever waited for it may know more by then. */
function claimUpTo({ house, outage }: RunnerState, handle: Handle, limit: number): Promise<ClaimedTurn[]> {
  const { processId, clock, limits } = house
  const { leaseMs } = limits
  const latestMs = mayTakeOver(outage, clock.monotonicMs(), leaseMs) ? latestTakeOver(outage, leaseMs) : null
  const latest = latestMs === null ? undefined : new Date(latestMs)
  return claimTurns(handle, { processId, leaseMs, limit, takesOver: latest !== undefined, latest })
}

/** Turns that wait for a person do nothing and count for nothing. */
export function freeSlots(state: RunnerState): number {
  let working = 0
  for (const { run } of state.runs.values()) if (!run.isWaiting) working += 1
  return state.house.limits.turnsPerProcess - working
}

async function pause(state: RunnerState): Promise<void> {
  if (state.isWoken || state.stopping.signal.aborted) return
  const timer = new AbortController()
  const woken = new Promise<void>((resolve) => {
    state.wakeUp = resolve
  })
  // An aborted sleep is how a wake-up ends it.
  await Promise.race([woken, state.house.clock.sleep(state.house.limits.pollMs, timer.signal).catch(() => undefined)])
  timer.abort(WOKEN)
}
