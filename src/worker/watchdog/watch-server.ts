import type { Clock } from '#domain/clock.ts'
import { MISSES_TO_TELL, PROBE_EVERY_MS } from '#domain/objectives/objectives.ts'

/** What one probe saw. */
export interface Seen {
  readonly isGood: boolean
  /** For people: what is down, or that nobody answers. */
  readonly detail: string
}

/** What is told after each probe. */
export interface Probed extends Seen {
  readonly misses: number
}

/** An outage that began at `sinceMs`, or its end. */
export interface Change {
  readonly isDown: boolean
  /** For people. */
  readonly detail: string
  readonly sinceMs: number
}

interface WatchServerNeeds {
  readonly clock: Clock
  readonly probe: () => Promise<Seen>
  readonly onProbed: (probed: Probed) => void
  /** The server went down, or came back; what this does may take as long as it must. */
  readonly onChange: (change: Change) => void
  readonly signal: AbortSignal
}

/**
 * Probes a server at a fixed pace until the signal: two misses in a row are an outage, and with what a probe may take it is told within
 * 12 s of its beginning; one good probe is its end.
 */
export async function watchServer({ clock, probe, onProbed, onChange, signal }: WatchServerNeeds): Promise<void> {
  let misses = 0
  let sinceMs = 0
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs()
    const atMs = clock.now().getTime()
    // One probe after the other.
    // oxlint-disable-next-line no-await-in-loop
    const seen = await probe()
    if (signal.aborted) return
    if (seen.isGood) {
      if (misses >= MISSES_TO_TELL) onChange({ isDown: false, detail: seen.detail, sinceMs })
      misses = 0
    } else {
      misses += 1
      if (misses === 1) sinceMs = atMs
      if (misses === MISSES_TO_TELL) onChange({ isDown: true, detail: seen.detail, sinceMs })
    }
    onProbed({ ...seen, misses })
    const pauseMs = Math.max(0, PROBE_EVERY_MS - (clock.monotonicMs() - startedMs))
    // It rejects only when nobody is watched any more.
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(pauseMs, signal).catch(() => undefined)
  }
}
