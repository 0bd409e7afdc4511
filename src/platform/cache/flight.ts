import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'

/** What a maker is told, and may tell back. */
export interface Making {
  /** Fires when nobody waits any more and the result would be thrown away. */
  readonly signal: AbortSignal
  /** What this call cost, in micros of a dollar; counted as spared by each answer that does without it. */
  costs(micros: number): void
  /** The result is for those who wait now and no others: a part, or something a person added to. */
  doNotKeep(): void
}

/** Makes a value; called once for all who ask for it at the same time. */
export type Maker<Value> = (making: Making) => Promise<Value>

export interface Made<Value> {
  readonly value: Value
  readonly isKept: boolean
  readonly costMicros: number
  readonly makingMs: number
}

/** Limits on all makings of a cache; `close` ends their timers and aborts what is under way. */
export interface FlightDeck {
  /**
   * Runs a piece of work. Settles with it, or is given up with UNREACHABLE at twice the hard limit, so that a late result can still be
   * kept; work that never ends holds nothing of ours after that, and hears of it by its signal.
   */
  fly<Result>(work: (signal: AbortSignal) => Promise<Result>, hardMs: number): Promise<Result>
  /** Settles as the promise does, or rejects with UNREACHABLE after `ms`. */
  limit<Value>(promise: Promise<Value>, ms: number): Promise<Value>
  close(): void
}

/** Why a timer or a signal ends that nobody needs any more; one for all, since making an error each time takes longer than the rest. */
const OVER = new Error('over')

export function createFlightDeck(clock: Clock): FlightDeck {
  const running = new Set<AbortController>()
  const limit = async <Value>(promise: Promise<Value>, ms: number): Promise<Value> => {
    const timer = new AbortController()
    running.add(timer)
    const late = clock.sleep(ms, timer.signal).then((): never => {
      throw new SophiaError('UNREACHABLE', { detail: `The answer did not come within ${describe(ms)}.` })
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      running.delete(timer)
      timer.abort(OVER)
    }
  }
  return {
    limit,
    fly(work, hardMs) {
      const abandon = new AbortController()
      running.add(abandon)
      return limit(work(abandon.signal), 2 * hardMs).finally(() => {
        running.delete(abandon)
        abandon.abort(OVER)
      })
    },
    close() {
      for (const one of running) one.abort()
      running.clear()
    },
  }
}

/** Runs a maker and notes what it took. */
export async function runMaker<Value>(
  make: Maker<Value>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Made<Value>> {
  let costMicros = 0
  let isKept = true
  const begunMs = clock.monotonicMs()
  const value = await make({
    signal,
    costs: (micros) => void (costMicros += micros),
    doNotKeep: () => void (isKept = false),
  })
  return { value, isKept, costMicros, makingMs: clock.monotonicMs() - begunMs }
}

function describe(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`
}
