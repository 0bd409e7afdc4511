import { STALLS, type Stall } from '#domain/turn/stall.ts'
import type { House } from './needs.ts'
import { measureQueue } from './queue-store.ts'
import type { TurnRunner } from './turn-runner.ts'

/** How the answering of questions stands. */
export interface TurnsObservation {
  readonly state: 'ok' | 'degraded'
  /** What a person reads: how many wait, for how long, and what hangs. */
  readonly detail: string
  /** Turns that nobody has begun, over all processes. */
  readonly queued: number
  readonly stalls: Readonly<Record<Stall, number>>
}

/** A due turn is claimed within a second where there is room; so long a wait says that there is none, or nobody who claims. */
const LONG_WAIT_SECONDS = 15

/** Measures the queue and the attempts of this process. */
export async function observeTurns({ database, metrics }: House, runner: TurnRunner): Promise<TurnsObservation> {
  const { queued, oldestSeconds } = await database.read(measureQueue)
  const stalls = runner.stalls()
  metrics?.turnsQueued.set(queued)
  for (const stall of STALLS) metrics?.turnsStalled.set({ stall }, stalls[stall])
  const faults = [
    ...(oldestSeconds >= LONG_WAIT_SECONDS ? [`the oldest has waited for ${Math.round(oldestSeconds)} s`] : []),
    ...(stalls['not-running'] > 0 ? [`${stalls['not-running']} claimed and not begun`] : []),
    ...(stalls['no-first-token'] > 0 ? [`${stalls['no-first-token']} begun and without a word`] : []),
  ]
  const detail = [`${queued} ${queued === 1 ? 'question waits' : 'questions wait'}`, ...faults].join('; ')
  return { state: faults.length > 0 ? 'degraded' : 'ok', detail: `${detail}.`, queued, stalls }
}
