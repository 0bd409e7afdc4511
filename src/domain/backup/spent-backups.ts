/** A backup that lies in a folder. */
export interface StoredBackup {
  readonly id: string
  readonly madeMs: number
  readonly isVerified: boolean
  /** Those made by hand or before a change are never spent: whoever made them knows why. */
  readonly isScheduled: boolean
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const THURSDAY_MS = 3 * DAY_MS

/** One is kept of each hour, day and week (UTC), so many back from the newest proven one. */
export const KEPT = [
  { spanMs: HOUR_MS, count: 24 },
  { spanMs: DAY_MS, count: 7 },
  { spanMs: WEEK_MS, count: 5 },
] as const

/** Where the history is kept elsewhere: only the newest. */
export const FEW_KEPT = [] as const

/**
 * The ids of scheduled backups that may go. Counted from the newest proven one, not from now, so that backups which stop coming
 * take none of the old ones with them. A proven one stands for its hour before one that is not. Kept besides: the newest proven
 * one, the newest of those after it, and what is dated after `nowMs`, by a clock that was wrong then or is now.
 */
export function spentBackups(
  stored: readonly StoredBackup[],
  nowMs: number,
  keptSpans: typeof KEPT | typeof FEW_KEPT = KEPT,
): readonly string[] {
  const past = stored.filter(({ isScheduled, madeMs }) => isScheduled && madeMs <= nowMs).toSorted(bestFirst)
  const [best] = past
  if (!best) return []
  const anchorMs = best.madeMs
  const kept = new Set<string>([best.id])
  const after = past.filter(({ madeMs }) => madeMs > anchorMs).toSorted((one, other) => other.madeMs - one.madeMs)
  if (after[0]) kept.add(after[0].id)
  const until = past.filter(({ madeMs }) => madeMs <= anchorMs)
  for (const { spanMs, count } of keptSpans) {
    const first = placeOf(anchorMs, spanMs) - count + 1
    const taken = new Set<number>()
    for (const { id, madeMs } of until) {
      const place = placeOf(madeMs, spanMs)
      if (place < first || taken.has(place)) continue
      taken.add(place)
      kept.add(id)
    }
  }
  return past.filter(({ id }) => !kept.has(id)).map(({ id }) => id)
}

function placeOf(madeMs: number, spanMs: number): number {
  return Math.floor((madeMs + THURSDAY_MS) / spanMs)
}

function bestFirst(one: StoredBackup, other: StoredBackup): number {
  if (one.isVerified !== other.isVerified) return one.isVerified ? -1 : 1
  return other.madeMs - one.madeMs || (one.id < other.id ? 1 : -1)
}
