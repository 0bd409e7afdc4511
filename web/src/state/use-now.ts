import { useSyncExternalStore } from 'react'

const STEP_MS = 1000
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const listen of listeners) listen()
  }, STEP_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** What `toWords` says of the time; draws again only when it says something else. One clock serves all who ask. */
export function useTimed(toWords: (nowMs: number) => string): string {
  return useSyncExternalStore(subscribe, () => toWords(now))
}
