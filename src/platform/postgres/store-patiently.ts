import type { Clock } from '#domain/clock.ts'
import { isPassing } from '#domain/errors.ts'

export interface Patience {
  readonly clock: Clock
  /** Which faults are waited out; those of the store that pass, unless told. */
  readonly passes?: (thrown: unknown) => boolean
  /** After so long, by the process's own clock, the next fault is thrown; without it, it waits as long as it takes. */
  readonly limitMs?: number
  /** When it fires the work is tried once more at most, and its fault thrown. */
  readonly signal?: AbortSignal | undefined
  /** Told of each fault that is waited out. */
  readonly onRepeat?: (error: unknown) => void
}

const PAUSE_MS = 250

/** Tries again while the store cannot take the work for now. The answer to an earlier try may have been lost: a repeat must change nothing. */
export async function storePatiently<Result>(work: () => Promise<Result>, patience: Patience): Promise<Result> {
  const { clock, passes = isPassing, limitMs = Number.POSITIVE_INFINITY, signal, onRepeat } = patience
  const untilMs = clock.monotonicMs() + limitMs
  while (true) {
    try {
      // One try after the other.
      // oxlint-disable-next-line no-await-in-loop
      return await work()
    } catch (error) {
      if (!passes(error) || signal?.aborted || clock.monotonicMs() >= untilMs) throw error
      onRepeat?.(error)
      // An aborted sleep only means that the next try is the last.
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined)
    }
  }
}
