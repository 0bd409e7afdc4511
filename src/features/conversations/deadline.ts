import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'

/** A limit on working time that stands still while a person is awaited. */
export interface Deadline {
  readonly signal: AbortSignal
  pause(): void
  resume(): void
  /** Frees the timer. */
  end(): void
}

// Made once: the default reason would record a stack for each turn.
const STOPPED = new Error('the deadline stands still')

export function startDeadline(clock: Clock, totalMs: number): Deadline {
  const over = new AbortController()
  let leftMs = totalMs
  let startedAtMs = 0
  let timer: AbortController | undefined
  let pauses = 0

  function run(): void {
    startedAtMs = clock.monotonicMs()
    const mine = new AbortController()
    timer = mine
    clock.sleep(leftMs, mine.signal).then(
      () =>
        over.abort(
          new SophiaError('TURN_LIMIT_REACHED', {
            detail: `The answer took longer than ${Math.round(totalMs / 1000)} seconds.`,
          }),
        ),
      // Paused or ended; nothing is due.
      () => undefined,
    )
  }

  run()
  return {
    signal: over.signal,
    pause() {
      pauses += 1
      if (pauses > 1) return
      leftMs = Math.max(0, leftMs - (clock.monotonicMs() - startedAtMs))
      timer?.abort(STOPPED)
    },
    resume() {
      pauses -= 1
      if (pauses === 0) run()
    },
    end: () => timer?.abort(STOPPED),
  }
}
