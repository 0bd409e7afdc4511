import { instantOf, localDayOf } from '../calendar/zone.ts'
import { addDays } from '../day.ts'

/** How often a backup is made when no period says otherwise. */
export const BACKUP_EVERY_MS = 86_400_000

/** What the calendar asks for now. */
export interface BackupRhythm {
  readonly everyMs: number
  /** Minutes after midnight in an IANA zone; null: whenever the last one is old enough. */
  readonly at: { readonly minutes: number; readonly timeZone: string } | null
}

/** What became of scheduled backups so far. */
export interface BackupHistory {
  /** When the deployment began: nothing is owed for the time before. */
  readonly begunMs: number
  /** When the last one that was proven began. */
  readonly lastMs: number | null
  /** Tries since then that came to nothing. */
  readonly failures: number
  readonly lastFailedMs: number | null
}

const HOUR_MS = 3_600_000
const FIRST_PAUSE_MS = 15 * 60_000
const MOST_PAUSE_MS = 4 * HOUR_MS

/**
 * The instant from which a backup is owed; it may lie in the past, and then one is owed now, not several. With a time of day it
 * is the last such time before the data would be older than the rhythm allows. A failed try is followed by a pause that
 * grows. What is noted after `nowMs` is of a clock that was wrong and does not count: to take it for now would put the backup off
 * with each look.
 */
export function nextBackup(rhythm: BackupRhythm, history: BackupHistory, nowMs: number): number {
  const { begunMs, failures, lastFailedMs, lastMs } = history
  const isPast = (ms: number | null): ms is number => ms !== null && ms <= nowMs
  const dueMs = dueAfter(rhythm, isPast(lastMs) ? lastMs : Math.min(begunMs, nowMs))
  if (!isPast(lastFailedMs) || failures === 0) return dueMs
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MOST_PAUSE_MS)
  return Math.max(dueMs, lastFailedMs + pauseMs)
}

function dueAfter({ everyMs, at }: BackupRhythm, lastMs: number): number {
  const latestMs = lastMs + everyMs
  if (!at) return latestMs
  // A backup begins a little after its time, and a day may have 25 hours: yesterday's must not push today's away.
  const bearableMs = latestMs + Math.min(everyMs / 24, HOUR_MS)
  const lastDay = localDayOf(at.timeZone, bearableMs)
  const times = [lastDay, addDays(lastDay, -1)].map((day) => instantOf(at.timeZone, { day, minutes: at.minutes }))
  return times.find((timeMs) => timeMs > lastMs && timeMs <= bearableMs) ?? latestMs
}

/** How late one may be before something must be wrong: it takes its time to be made, and a process may be starting. */
export function isOverdue(dueMs: number, nowMs: number): boolean {
  return nowMs - dueMs > 2 * HOUR_MS
}
