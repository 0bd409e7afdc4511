/** Ends a request that nobody answers: a line may be dead without either end being told. */
export interface TimeLimit {
  /** Aborts when the time is up, or with the signal that stands above it. */
  readonly signal: AbortSignal
  /** Something was heard: the time begins anew. */
  restart(): void
  /** All was heard, or nobody wants it any more: what still comes is let go. */
  end(): void
}

export function limitTime(ms: number, above?: AbortSignal): TimeLimit {
  const over = new AbortController()
  const abort = (): void => over.abort()
  let timer = setTimeout(abort, ms)
  above?.addEventListener('abort', abort, { once: true })
  if (above?.aborted) abort()
  return {
    signal: over.signal,
    restart() {
      clearTimeout(timer)
      timer = setTimeout(abort, ms)
    },
    end() {
      clearTimeout(timer)
      above?.removeEventListener('abort', abort)
      abort()
    },
  }
}
