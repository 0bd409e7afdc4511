/** Resolves after about the time (what lost its line together does not come back together), or at once when the signal aborts or the network comes back. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      window.removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms * (0.75 + Math.random() / 2))
    signal.addEventListener('abort', done)
    window.addEventListener('online', done)
    if (signal.aborted) done()
  })
}
