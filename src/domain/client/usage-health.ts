import { addDays, type Day } from '../day.ts'
import type { Evidence } from '../skill.ts'
import type { UsageTrend } from './health.ts'
import { absent, percent, present, type Measure } from './health-measure.ts'
import type { HealthRows, UsageRow, UsageWindow } from './health-rows.ts'

/** Days of usage a sub-score looks back on. */
const WINDOW_DAYS = 30
/** Sessions per licensed seat in the window that earn the full score; the model's "sessions x 10". */
const FULL_SESSIONS_PER_SEAT = 10

const SEATS = {
  name: 'seats_active',
  label: 'Seats in use',
  weight: 0.4,
  formula: '100 x mean active users / licensed seats over 30 days, at most 100',
  remedy: 'Import usage with active_users, and licensed_seats here or on the client.',
}
const ADOPTION = {
  name: 'feature_adoption',
  label: 'Features in use',
  weight: 0.35,
  formula: '100 x mean (features used / features available) over 30 days',
  remedy: 'Import usage with features_used and features_available.',
}
const SESSIONS = {
  name: 'sessions',
  label: 'Sessions per seat',
  weight: 0.25,
  formula: '10 x sessions in 30 days per licensed seat, at most 100',
  remedy: 'Import usage with sessions.',
}

/** Seats 40 %, feature adoption 35 %, sessions 25 %, from usage rows of the last 30 days. */
export function usageMeasures(rows: HealthRows): Measure[] {
  const { activeMean: active, adoptionMean: adoption, ...window } = usageWindow(rows, rows.days.usage, WINDOW_DAYS)
  const evidence: Evidence[] = window.ends.map(({ id, onDay }) => ({ kind: 'usage', id, label: `usage of ${onDay}` }))
  const seats = window.seatsMean ?? rows.client.licensedSeats
  const perSeat = seats === null || seats <= 0 || window.sessions === null ? null : window.sessions / seats
  const share = seats === null || seats <= 0 || active === null ? null : active / seats
  return [
    share === null
      ? absent(SEATS)
      : present(SEATS, { score: 100 * share, value: `${percent(share)} of ${Math.round(seats ?? 0)} seats`, evidence }),
    adoption === null
      ? absent(ADOPTION)
      : present(ADOPTION, { score: 100 * adoption, value: `${percent(adoption)} of the features`, evidence }),
    perSeat === null
      ? absent(SESSIONS)
      : present(SESSIONS, {
          score: (100 * perSeat) / FULL_SESSIONS_PER_SEAT,
          value: `${perSeat.toFixed(1)} sessions per seat in 30 days`,
          evidence,
        }),
  ]
}

/** Mean active users of the last `days` against the `days` before; null unless both have two rows and there was use before. */
export function usageTrend(rows: HealthRows, days: 30 | 90): UsageTrend | null {
  const now = usageWindow(rows, rows.days.usage, days)
  const before = usageWindow(rows, addDays(rows.days.usage, -days), days)
  const { activeMean: mean } = now
  const { activeMean: meanBefore } = before
  if (mean === null || meanBefore === null || now.activeRows < 2 || before.activeRows < 2 || meanBefore <= 0)
    return null
  return { days, mean, meanBefore, change: mean / meanBefore - 1 }
}

/** The window as SQL counted it, or counted here from the rows; both ways give the same. */
export function usageWindow(rows: HealthRows, last: Day, days: number): UsageWindow {
  const counted = rows.usageWindows?.find((window) => window.last === last && window.days === days)
  if (counted) return counted
  const found = rows.usage
    .filter((row) => isWithin(row.onDay, last, days))
    .toSorted((a, b) => b.onDay.localeCompare(a.onDay) || a.id.localeCompare(b.id))
  const sessions = found.map((row) => row.sessions).filter((count) => count !== null)
  return {
    last,
    days,
    activeRows: found.filter((row) => row.activeUsers !== null).length,
    activeMean: meanOf(found.map((row) => row.activeUsers)),
    seatsMean: meanOf(found.map((row) => row.licensedSeats)),
    adoptionMean: meanOf(found.map(adoptionOf)),
    sessions: sessions.length === 0 ? null : sumOf(sessions),
    ends: [found[0], found.length > 1 ? found.at(-1) : undefined].filter((row) => row !== undefined),
  }
}

/** True for the `days` days that end with `last`. */
export function isWithin(day: Day, last: Day, days: number): boolean {
  return day <= last && day > addDays(last, -days)
}

function adoptionOf(row: UsageRow): number | null {
  if (row.featuresUsed === null || row.featuresAvailable === null || row.featuresAvailable <= 0) return null
  return Math.min(1, row.featuresUsed / row.featuresAvailable)
}

export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : sumOf(known) / known.length
}

function sumOf(values: readonly number[]): number {
  // Sorted first: floating-point sums depend on order, and the order of rows must change nothing.
  return values.toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0)
}
