/**
 * What was told and not taken yet, each kind once: a reader that is slow misses no kind, and nothing grows. `listen` begins with the first
 * read and answers how to stop each of what it listens to; all is over with the signal.
 */
export async function* pendingKinds<Kind>(
  listen: (tell: (kind: Kind) => void) => readonly (() => void)[],
  signal: AbortSignal,
): AsyncGenerator<Kind> {
  const pending = new Set<Kind>()
  let wake: () => void = () => undefined
  const onAbort = (): void => wake()
  const stops = listen((kind) => {
    pending.add(kind)
    wake()
  })
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      for (const kind of pending) {
        pending.delete(kind)
        yield kind
      }
      if (pending.size > 0 || signal.aborted) continue
      // It sleeps until something is told, or all is over.
      // oxlint-disable-next-line no-await-in-loop
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    for (const stop of stops) stop()
  }
}
