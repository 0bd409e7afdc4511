import { SdkError, SdkErrorCode } from '@modelcontextprotocol/client'

/** The time a call may take, which stands still while a person is asked. */
export interface CallLimit {
  /** Fires when the time is over, as the SDK's own limit would, and when the caller goes away. */
  readonly signal: AbortSignal
  pause(): void
  resume(): void
  /** Frees the timer. */
  end(): void
}

export function startCallLimit(timeoutMs: number, caller: AbortSignal): CallLimit {
  const over = new AbortController()
  let leftMs = timeoutMs
  let startedMs = 0
  let pauses = 0
  let timer: NodeJS.Timeout | undefined
  const run = (): void => {
    startedMs = performance.now()
    timer = setTimeout(() => over.abort(new SdkError(SdkErrorCode.RequestTimeout, 'Request timed out')), leftMs)
  }
  run()
  return {
    signal: AbortSignal.any([over.signal, caller]),
    pause() {
      pauses += 1
      if (pauses > 1) return
      clearTimeout(timer)
      leftMs = Math.max(0, leftMs - (performance.now() - startedMs))
    },
    resume() {
      pauses -= 1
      if (pauses === 0 && !over.signal.aborted) run()
    },
    end: () => clearTimeout(timer),
  }
}
