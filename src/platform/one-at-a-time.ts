/**
 * Work that is wanted now and then, never side by side with itself: whoever wants it while it is under way gets one that begins
 * after they asked, together with all who ask meanwhile.
 */
export function oneAtATime<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | null = null
  let next: Promise<Result> | null = null
  const want = (): Promise<Result> => {
    if (running === null) {
      running = work().finally(() => {
        running = null
      })
      return running
    }
    const begin = (): Promise<Result> => {
      next = null
      return want()
    }
    // Whatever became of the one before.
    next ??= running.then(begin, begin)
    return next
  }
  return want
}
