import type { CalendarPlan } from '#domain/calendar/plan.ts'

const MOST_NAMED = 5

/** A warning for each period without a day in the plan: its rule may be mistaken, or its next day lies further ahead. */
export function neverOccurring({ periods, fromMs, toMs }: CalendarPlan): readonly string[] {
  const names = periods
    .filter(
      ({ boundaries }) => !boundaries.some((atMs, at) => at % 2 === 0 && reaches(atMs, boundaries[at + 1] ?? atMs)),
    )
    .map(({ period }) => period.name)
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 10))
  const more = names.length - MOST_NAMED
  return [
    ...names.slice(0, MOST_NAMED).map((name) => `\`${name}\` never occurs from ${from} up to ${to}`),
    ...(more > 0 ? [`And ${more} more never occur`] : []),
  ]
  function reaches(startMs: number, endMs: number): boolean {
    return endMs > fromMs && startMs < toMs
  }
}
