import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { ModelChunk, ModelProvider, ModelRequest } from '#domain/model.ts'

export interface StreamLimits {
  readonly firstTokenMs: number
  /** Between two chunks. */
  readonly idleMs: number
  readonly totalMs: number
  /** Text a model may send per allowed token before it counts as endless. */
  readonly charactersPerToken: number
}

export const STREAM_LIMITS: StreamLimits = {
  firstTokenMs: 30_000,
  idleMs: 20_000,
  totalMs: 120_000,
  charactersPerToken: 12,
}

interface WatchedStream {
  readonly provider: ModelProvider
  readonly request: ModelRequest
  readonly clock: Clock
  readonly limits: StreamLimits
}

/**
 * A provider's stream under time limits. Breaching one throws MODEL_TIMEOUT (TURN_LIMIT_REACHED for endless text) and
 * closes the connection to the provider; so does the request's own signal.
 */
export async function* watchStream({ provider, request, clock, limits }: WatchedStream): AsyncGenerator<ModelChunk> {
  const stop = new AbortController()
  const forward = (): void => stop.abort(request.signal.reason)
  request.signal.addEventListener('abort', forward, { once: true })
  if (request.signal.aborted) forward()
  const watchdog = startWatchdog({ clock, limits, stop })
  const iterator = provider.stream({ ...request, signal: stop.signal })[Symbol.asyncIterator]()
  let characters = 0
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), watchdog.barked])
      if (next.done) return
      watchdog.heard()
      if (next.value.type === 'text-delta') characters += next.value.text.length
      if (characters > request.maxOutputTokens * limits.charactersPerToken) {
        throw new SophiaError('TURN_LIMIT_REACHED', { detail: 'The model did not stop writing.' })
      }
      yield next.value
    }
  } finally {
    watchdog.stop()
    request.signal.removeEventListener('abort', forward)
    stop.abort(OVER)
    // The provider's generator sees the abort and ends; nobody waits for it, so its last error has no reader.
    void iterator.return?.(undefined)?.catch(() => undefined)
  }
}

/** Made once: an error per stream would record a stack that nobody reads. */
const OVER = new SophiaError('TURN_CANCELLED')

interface Watched {
  readonly clock: Clock
  readonly limits: StreamLimits
  readonly stop: AbortController
}

interface Watchdog {
  /** Rejects when a limit is passed or the stream is stopped, also when the provider ignores its signal. */
  readonly barked: Promise<never>
  /** Something arrived: from now on the idle limit counts. */
  heard(): void
  stop(): void
}

/** One sleeper per stream, whatever the number of chunks: when it wakes it looks whether the deadline has moved. */
function startWatchdog({ clock, limits, stop }: Watched): Watchdog {
  const endsAtMs = clock.monotonicMs() + limits.totalMs
  let deadlineMs = clock.monotonicMs() + limits.firstTokenMs
  let sleepsUntilMs = 0
  let nap = new AbortController()
  let isOver = false
  const leftMs = (): number => Math.min(deadlineMs, endsAtMs) - clock.monotonicMs()
  const patrol = async (): Promise<void> => {
    while (!isOver && leftMs() > 0) {
      nap = new AbortController()
      sleepsUntilMs = clock.monotonicMs() + leftMs()
      // Roused early: the deadline came nearer, or the stream is over.
      await clock.sleep(leftMs(), nap.signal).catch(() => undefined)
    }
    if (!isOver) stop.abort(new SophiaError('MODEL_TIMEOUT'))
  }
  void patrol()
  const barked = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(stop.signal.reason instanceof Error ? stop.signal.reason : OVER)
    if (stop.signal.aborted) onAbort()
    else stop.signal.addEventListener('abort', onAbort, { once: true })
  })
  barked.catch(() => undefined)
  return {
    barked,
    heard: () => {
      deadlineMs = clock.monotonicMs() + limits.idleMs
      if (deadlineMs < sleepsUntilMs) nap.abort(OVER)
    },
    stop: () => {
      isOver = true
      nap.abort(OVER)
    },
  }
}
