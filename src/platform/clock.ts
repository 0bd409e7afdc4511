import type { Clock } from '#domain/clock.ts'

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep,
}

/**
 * A look at the clock that is kept for about a millisecond, for what looks at it a million times a second. While the process is busy
 * with one thing, the look stays as it was.
 */
export function createCoarseClock(): () => number {
  let keptMs: number | null = null
  const forget = (): void => void (keptMs = null)
  return () => {
    if (keptMs !== null) return keptMs
    keptMs = performance.now()
    setTimeout(forget, 1).unref()
    return keptMs
  }
}

/** Without timers/promises: its abort records a stack each time, which costs more than the sleep on a busy server. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal))
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal ? reasonOf(signal) : new Error('aborted'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason })
}
