import { firstInstant, localDayOf } from '../calendar/zone.ts'
import { addDays, type Day } from '../day.ts'

/** When a member is briefed: at this whole hour of their own time zone. */
export interface BriefingSchedule {
  readonly cadence: 'off' | 'daily' | 'weekly'
  /** Of a weekly one: 1 is Monday, 7 Sunday. */
  readonly weekday: number
  readonly hour: number
  /** An IANA name. */
  readonly timeZone: string
}

export interface BriefingTime {
  readonly at: Date
  /** `2026-11-23` of a daily one, `2026-W48` (ISO 8601) of a weekly one. */
  readonly period: string
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** The first time after this instant; null when it is off. */
export function nextBriefing(schedule: BriefingSchedule, after: Date): BriefingTime | null {
  if (schedule.cadence === 'off') return null
  const firstDay = addDays(localDayOf(schedule.timeZone, after.getTime()), -1)
  for (let ahead = 0; ahead <= 10; ahead += 1) {
    const day = addDays(firstDay, ahead)
    if (schedule.cadence === 'weekly' && weekdayOf(day) !== schedule.weekday) continue
    const at = instantOf(schedule.timeZone, day, schedule.hour)
    if (at > after) return { at, period: schedule.cadence === 'daily' ? day : isoWeek(day) }
  }
  return null
}

/**
 * The one briefing that is owed when `dueAt` has come: after a long silence of the server the last missed one stands for
 * all, for its content is of now anyway.
 */
export function owedBriefing(schedule: BriefingSchedule, dueAt: Date, now: Date): BriefingTime | null {
  let owed: BriefingTime | null = null
  for (let next = nextBriefing(schedule, new Date(dueAt.getTime() - 1)); next && next.at <= now;) {
    owed = next
    next = nextBriefing(schedule, next.at)
  }
  return owed
}

/**
 * The instant of a local hour. One that the clocks skip gives the next hour that there is; one that comes twice gives the
 * first of the two.
 */
function instantOf(timeZone: string, day: Day, hour: number): Date {
  const wallMs = Date.parse(`${day}T00:00:00Z`) + hour * HOUR_MS
  for (let skipped = 0; skipped <= 26; skipped += 1) {
    const found = firstInstant(timeZone, wallMs + skipped * HOUR_MS)
    if (found !== undefined) return new Date(found)
  }
  throw new Error(`no hour of ${day} exists in ${timeZone}`)
}

/** 1 is Monday. */
function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7
}

/** ISO 8601: a week belongs to the year of its Thursday. */
export function isoWeek(day: Day): string {
  const thursday = addDays(day, 4 - weekdayOf(day))
  const year = thursday.slice(0, 4)
  const dayOfYear = (Date.parse(`${thursday}T00:00:00Z`) - Date.parse(`${year}-01-01T00:00:00Z`)) / DAY_MS
  return `${year}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`
}
