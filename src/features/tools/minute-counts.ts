import type { MinuteCount } from './history-store.ts'

/** Requests to servers by minute, over the last day: what all processes have stored, and what was counted here since. */
export interface MinuteCounts {
  add(serverId: string, isAnswered: boolean): void
  /** What is stored of some minutes now, by all processes. */
  takeStored(stored: readonly MinuteCount[]): void
  of(serverId: string): readonly { readonly atMs: number; readonly asked: number; readonly failed: number }[]
  /** What was counted since the last time, for writing. */
  takeUnwritten(): MinuteCount[]
  /** What could not be written after all. */
  putBack(unwritten: readonly MinuteCount[]): void
}

interface Minute {
  readonly atMs: number
  stored: { readonly asked: number; readonly failed: number }
  asked: number
  failed: number
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const NONE = { asked: 0, failed: 0 }

export function createMinuteCounts(now: () => Date): MinuteCounts {
  const counted = new Map<string, Minute[]>()
  const minuteAt = (serverId: string, atMs: number): Minute => {
    const all = counted.get(serverId) ?? []
    const known = all.findLast((minute) => minute.atMs === atMs)
    if (known) return known
    const fresh = { atMs, stored: NONE, asked: 0, failed: 0 }
    const isLast = all.every((minute) => minute.atMs < atMs)
    const kept = all.filter((minute) => now().getTime() - minute.atMs <= DAY_MS)
    kept.push(fresh)
    counted.set(serverId, isLast ? kept : kept.toSorted((one, other) => one.atMs - other.atMs))
    return fresh
  }
  return {
    add(serverId, isAnswered) {
      const minute = minuteAt(serverId, Math.floor(now().getTime() / MINUTE_MS) * MINUTE_MS)
      minute.asked += 1
      if (!isAnswered) minute.failed += 1
    },
    takeStored(stored) {
      for (const { serverId, minute, asked, failed } of stored)
        minuteAt(serverId, minute.getTime()).stored = { asked, failed }
    },
    of: (serverId) =>
      (counted.get(serverId) ?? []).map(({ atMs, stored, asked, failed }) => ({
        atMs,
        asked: stored.asked + asked,
        failed: stored.failed + failed,
      })),
    takeUnwritten: () =>
      [...counted].flatMap(([serverId, minutes]) => minutes.flatMap((minute) => unwritten(serverId, minute))),
    putBack(counts) {
      for (const { serverId, minute, asked, failed } of counts) {
        const known = minuteAt(serverId, minute.getTime())
        known.asked += asked
        known.failed += failed
      }
    },
  }
}

function unwritten(serverId: string, minute: Minute): MinuteCount[] {
  const { atMs, asked, failed } = minute
  if (asked === 0) return []
  minute.asked = 0
  minute.failed = 0
  return [{ serverId, minute: new Date(atMs), asked, failed }]
}
