const PAUSE_MS = 1500

/**
 * A part of the app that comes when it is needed, or soon after the first paint when nobody needs it yet: a line that is lost
 * later then takes no page away. A try that failed is made anew the next time.
 */
export function ahead<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let loading: Promise<Part> | undefined
  const get = (): Promise<Part> =>
    (loading ??= load().catch((fault: unknown) => {
      loading = undefined
      throw fault
    }))
  // Whoever needs it is told; a part that was fetched too early may fail unseen.
  setTimeout(() => void get().catch(() => undefined), PAUSE_MS)
  return get
}
