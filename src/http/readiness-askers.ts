import type { Clock } from '#domain/clock.ts'

/** Who asks again and again whether traffic may be sent here: a balancer. It must have heard that it may not before nobody listens. */
export interface ReadinessAskers {
  /** Somebody was told. */
  note(address: string): void
  /** From now on the answer is no: resolves when each balancer has heard it as often as it wants to, or takes too long about it. */
  untilHeard(): Promise<void>
}

/** Whoever asks more seldom would be waited for in vain: probes of containers, and the second process of a server. */
const LATELY_MS = 4000
const LIMIT_MS = 4000
/** So often a balancer hears it before it believes it (`fall 2` in deploy/haproxy), */
const TIMES = 2
/** which takes it so long; of several behind one address all that they ask in that time is waited for. */
const BELIEVED_MS = 2000
const MOST_TIMES = 50
/** What it sent before it believed it is here by then. */
const LAST_SENT_MS = 100
const MOST_ADDRESSES = 1000

export function createReadinessAskers(clock: Clock): ReadinessAskers {
  /** When each was told, of the last times only; who was told last stands last. */
  const told = new Map<string, readonly number[]>()
  const missing = new Map<string, number>()
  const heard = new AbortController()
  const countSince = (times: readonly number[], ms: number): number =>
    times.filter((atMs) => clock.monotonicMs() - atMs <= ms).length
  return {
    note(address) {
      const times = [...(told.get(address) ?? []), clock.monotonicMs()].slice(-MOST_TIMES)
      told.delete(address)
      told.set(address, times)
      dropFirst(told)
      const left = missing.get(address)
      if (left === undefined) return
      if (left > 1) missing.set(address, left - 1)
      else missing.delete(address)
      if (missing.size === 0) heard.abort()
    },
    async untilHeard() {
      for (const [address, times] of told)
        if (countSince(times, LATELY_MS) >= TIMES) missing.set(address, Math.max(TIMES, countSince(times, BELIEVED_MS)))
      if (missing.size === 0) return
      // Its early end is what is waited for.
      await clock.sleep(LIMIT_MS, heard.signal).catch(() => undefined)
      await clock.sleep(LAST_SENT_MS)
    },
  }
}

function dropFirst(told: Map<string, unknown>): void {
  for (const address of told.keys()) {
    if (told.size <= MOST_ADDRESSES) return
    told.delete(address)
  }
}
