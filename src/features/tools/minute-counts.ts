import type { MinuteCount } from './history-store.ts'

/** Requests to servers by minute, over the last day: what was read from before, and what was counted here since. */
export interface MinuteCounts {
  add(serverId: string, isAnswered: boolean): void
  /** What was stored before this process began. */
  takeStored(serverId: string, stored: readonly Omit<MinuteCount, 'serverId'>[]): void
  of(serverId: string): readonly { readonly atMs: number; readonly asked: number; readonly failed: number }[]
  /** What was counted since the last time, for writing. */
  takeUnwritten(): MinuteCount[]
}

interface Minute {
  readonly atMs: number
  asked: number
  failed: number
  newAsked: number
  newFailed: number
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export function createMinuteCounts(now: () => Date): MinuteCounts {
  const counted = new Map<string, Minute[]>()
  const minuteAt = (serverId: string, atMs: number): Minute => {
    const all = counted.get(serverId) ?? []
    const known = all.findLast((minute) => minute.atMs === atMs)
    if (known) return known
    const fresh = { atMs, asked: 0, failed: 0, newAsked: 0, newFailed: 0 }
    const kept = [...all, fresh].filter((minute) => now().getTime() - minute.atMs <= DAY_MS)
    counted.set(
      serverId,
      kept.toSorted((one, other) => one.atMs - other.atMs),
    )
    return fresh
  }
  return {
    add(serverId, isAnswered) {
      const minute = minuteAt(serverId, Math.floor(now().getTime() / MINUTE_MS) * MINUTE_MS)
      minute.asked += 1
      minute.newAsked += 1
      if (isAnswered) return
      minute.failed += 1
      minute.newFailed += 1
    },
    takeStored(serverId, stored) {
      for (const { minute, asked, failed } of stored) {
        const known = minuteAt(serverId, minute.getTime())
        known.asked += asked
        known.failed += failed
      }
    },
    of: (serverId) => counted.get(serverId) ?? [],
    takeUnwritten: () =>
      [...counted].flatMap(([serverId, minutes]) => minutes.flatMap((minute) => unwritten(serverId, minute))),
  }
}

function unwritten(serverId: string, minute: Minute): MinuteCount[] {
  const { atMs, newAsked: asked, newFailed: failed } = minute
  if (asked === 0) return []
  minute.newAsked = 0
  minute.newFailed = 0
  return [{ serverId, minute: new Date(atMs), asked, failed }]
}
