import { minuteText } from '#domain/day.ts'
import { activePeriods, upcoming, type CalendarPlan, type PeriodEdge } from '#domain/calendar/plan.ts'

const DAY_MS = 86_400_000
const DAYS = 30
const MOST_LINES = 40

/** Which periods would be in force if another calendar were, and what would begin and end otherwise within 30 days. */
export function whatChanges(
  { from, to }: { readonly from: CalendarPlan; readonly to: CalendarPlan },
  atMs: number,
): readonly string[] {
  const lines = [...periodsNow(from, to, atMs), ...edges(from, to, atMs)]
  const more = lines.length - MOST_LINES
  return more > 0 ? [...lines.slice(0, MOST_LINES), `And ${more} more.`] : lines
}

function periodsNow(from: CalendarPlan, to: CalendarPlan, atMs: number): readonly string[] {
  const [before, after] = [from, to].map((plan) => new Set(activePeriods(plan, atMs).map(({ name }) => name)))
  if (!before || !after) return []
  return [
    ...[...after].filter((name) => !before.has(name)).map((name) => `\`${name}\` would be in force now.`),
    ...[...before].filter((name) => !after.has(name)).map((name) => `\`${name}\` would not be in force now.`),
  ]
}

function edges(from: CalendarPlan, to: CalendarPlan, atMs: number): readonly string[] {
  const untilMs = Math.min(atMs + DAYS * DAY_MS, from.toMs, to.toMs)
  const [before, after] = [from, to].map((plan) => upcoming(plan, atMs, untilMs).map(edgeText))
  if (!before || !after) return []
  return [
    ...after.filter((edge) => !before.includes(edge)).map((edge) => `New: ${edge}`),
    ...before.filter((edge) => !after.includes(edge)).map((edge) => `Gone: ${edge}`),
  ]
}

function edgeText({ atMs, period, isStart }: PeriodEdge): string {
  return `${period.label} ${isStart ? 'begins' : 'ends'} ${minuteText(atMs)}.`
}
