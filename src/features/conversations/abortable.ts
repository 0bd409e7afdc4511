/** Settles as `promise` does, or rejects with the signal's reason at once; for others' code that may not heed the signal. */
export function abortable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(toError(signal.reason))
    if (signal.aborted) {
      onAbort()
      // Its own failure no longer matters to anybody.
      promise.catch(() => undefined)
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Iterates as the source does; when the signal fires it throws its reason at once and tells the source to stop. */
export async function* abortableEach<Item>(source: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  const iterator = source[Symbol.asyncIterator]()
  let isDone = false
  try {
    while (true) {
      const step = await abortable(iterator.next(), signal)
      if (step.done) {
        isDone = true
        return
      }
      yield step.value
    }
  } finally {
    // Not awaited: a source that hangs must not hang its reader.
    if (!isDone) void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
