import { addDays, daysBetween, type Day } from '../day.ts'
import type { HealthBand } from './health.ts'
import type { SuccessGoal, SuccessPhase, SuccessTimeline } from './success.ts'

const MONTHS: Record<SuccessTimeline, number> = { quarter: 3, 'half-year': 6, year: 12 }

const PHASES: Record<SuccessTimeline, readonly (readonly [name: string, focus: string])[]> = {
  quarter: [
    ['Agree', 'Agree on goals, measures and people; clear what stands in the way.'],
    ['Adopt', 'Change the daily work: trainings, first uses, open tickets closed.'],
    ['Prove', 'Measure against the goals, show the result to who decides, set the next goals.'],
  ],
  'half-year': [
    ['Agree', 'Agree on goals, measures and people; clear what stands in the way.'],
    ['Adopt', 'Change the daily work team by team, and keep what holds.'],
    ['Prove', 'Measure against the goals, show the result to who decides, set the next goals.'],
  ],
  year: [
    ['Agree', 'Agree on goals, measures and people; clear what stands in the way.'],
    ['Adopt', 'Change the daily work team by team.'],
    ['Widen', 'Carry what works to further teams and people.'],
    ['Prove', 'Measure against the goals, show the result to who decides, prepare the renewal.'],
  ],
}

/** The last day of a plan that begins on a day. */
export function planEnd(from: Day, timeline: SuccessTimeline): Day {
  const months = MONTHS[timeline]
  const date = new Date(`${from}T00:00:00Z`)
  const dayOfMonth = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(dayOfMonth, last))
  return addDays(date.toISOString().slice(0, 10), -1)
}

/** The timeline cut into its phases, without gap or overlap; milestones rise evenly from today to the target. */
export function planPhases(
  timeline: SuccessTimeline,
  span: { readonly from: Day; readonly to: Day },
  goals: readonly SuccessGoal[],
): SuccessPhase[] {
  const names = PHASES[timeline]
  const days = daysBetween(span.from, span.to) + 1
  return names.map(([name, focus], index) => ({
    name,
    focus,
    from: addDays(span.from, Math.round((days * index) / names.length)),
    to: addDays(span.from, Math.round((days * (index + 1)) / names.length) - 1),
    milestones: goals.flatMap((goal) => {
      const now = goal.measure?.score ?? null
      if (goal.target === null || now === null) return []
      const share = (index + 1) / names.length
      return [{ goal: goal.text, score: Math.round(now + (goal.target.score - now) * share) }]
    }),
  }))
}

export interface CheckInTerms {
  readonly band: HealthBand
  readonly arrMicros: number | null
  /** Quartiles of yearly revenue of the clients in sight, same currency; null when unknown. */
  readonly arrQuartiles: { readonly median: number; readonly upper: number } | null
}

const SHOWN = 12

/**
 * How often to meet: weekly when critical or worse, or at risk among the dearest quarter; every two weeks when at risk
 * or unknown, or among the dearest quarter; monthly when healthy and above the median; otherwise every six weeks.
 */
export function checkInCadence({ band, arrMicros, arrQuartiles }: CheckInTerms): { everyDays: number; reason: string } {
  const reaches = (edge: number | undefined): boolean => arrMicros !== null && edge !== undefined && arrMicros >= edge
  const isDear = reaches(arrQuartiles?.upper)
  const isAboveMedian = reaches(arrQuartiles?.median)
  if (band === 'critical' || band === 'churning')
    return { everyDays: 7, reason: 'weekly, because its health is critical' }
  if (band === 'at_risk' && isDear) return { everyDays: 7, reason: 'weekly, at risk and among the dearest quarter' }
  if (band === 'at_risk') return { everyDays: 14, reason: 'every two weeks, because it is at risk' }
  if (band === 'unknown') return { everyDays: 14, reason: 'every two weeks, because its health is unknown' }
  if (isDear) return { everyDays: 14, reason: 'every two weeks, as one of the dearest quarter of clients' }
  if (isAboveMedian) return { everyDays: 30, reason: 'monthly: healthy, and above the median yearly revenue' }
  return { everyDays: 42, reason: 'every six weeks: healthy, and not above the median yearly revenue as far as known' }
}

/** Days of the check-ins within the span, on working days; at most a dozen. */
export function checkInDays(span: { readonly from: Day; readonly to: Day }, everyDays: number): Day[] {
  const count = Math.floor(daysBetween(span.from, span.to) / everyDays)
  return Array.from({ length: Math.min(SHOWN, count) }, (_, index) =>
    workingDay(addDays(span.from, everyDays * (index + 1))),
  ).filter((day) => day <= span.to)
}

/** The day itself, or the Friday before a weekend. */
function workingDay(day: Day): Day {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  if (weekday === 6) return addDays(day, -1)
  return weekday === 0 ? addDays(day, -2) : day
}
