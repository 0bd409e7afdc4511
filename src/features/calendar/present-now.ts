import type { CalendarExplanation, CalendarNow, CalendarUpcoming } from '#contract/calendar.ts'
import { countUpTo } from '#domain/calendar/boundaries.ts'
import { effective } from '#domain/calendar/effective.ts'
import { explain } from '#domain/calendar/explain.ts'
import { freezeAt, freezeSentence } from '#domain/calendar/freeze.ts'
import { activePeriods, type CalendarPlan } from '#domain/calendar/plan.ts'
import type { CalendarInForce } from './calendar-in-force.ts'
import { presentAddress } from './describe-addresses.ts'
import type { EventAddresses } from './ical/event-addresses.ts'
import { baseOf, type KnownBases } from './known-bases.ts'
import { listKeys } from './list-keys.ts'
import { instantOrNull, presentPolicy, readInstant, toFault, toPeriod } from './present-calendar.ts'

interface PresentNeeds {
  readonly addresses: Pick<EventAddresses, 'states'>
  /** What holds without the calendar, for the keys that this process goes by. */
  readonly bases: () => KnownBases
}

/** What is in force at an instant. Throws INVALID_INPUT for one that the calendar is not worked out for. */
export function presentNow({ bases, addresses }: PresentNeeds, inForce: CalendarInForce, at: Date): CalendarNow {
  const plan = inForce.plan()
  const atMs = readInstant(plan, at)
  const active = new Set(activePeriods(plan, atMs))
  const known = bases()
  const told = effective(plan, { key: 'context', base: [] }, atMs).value
  return {
    at: at.toISOString(),
    isShipped: inForce.isShipped(),
    faults: inForce.faults().map(toFault),
    periods: plan.periods.map(({ period }) => toPeriod(period)),
    active: plan.periods
      .filter(({ period }) => active.has(period))
      .map(({ period, boundaries }) => {
        const { name, label, priority } = period
        return { name, label, priority, until: endOf(boundaries, { atMs, plan }) }
      }),
    deploys: presentFreeze(plan, atMs),
    addresses: addresses.states().map(presentAddress),
    policies: listKeys(plan, known).map((key) => presentPolicy(plan, { key, bases: known }, atMs)),
    context: Array.isArray(told) ? [...told] : [],
  }
}

function presentFreeze(plan: CalendarPlan, atMs: number): CalendarNow['deploys'] {
  const freeze = freezeAt(plan, atMs)
  const { isFrozen, untilMs, because } = freeze
  return { isFrozen, until: instantOrNull(untilMs), because: [...because], sentence: freezeSentence(freeze) }
}

/** When the stretch at an instant ends; null when that lies beyond what is worked out. */
function endOf(
  boundaries: Float64Array,
  { atMs, plan }: { readonly atMs: number; readonly plan: CalendarPlan },
): string | null {
  const endMs = boundaries[countUpTo(boundaries, atMs)] ?? null
  return instantOrNull(endMs !== null && endMs < plan.toMs ? endMs : null)
}

/** What holds for a key, in sentences. Throws INVALID_INPUT as well for a key that there cannot be. */
export function presentExplanation(
  { bases }: Pick<PresentNeeds, 'bases'>,
  plan: CalendarPlan,
  { key, at }: { readonly key: string; readonly at: Date },
): CalendarExplanation {
  const atMs = readInstant(plan, at)
  const known = bases()
  const policy = presentPolicy(plan, { key, bases: known }, atMs)
  const base = baseOf(known, key)
  const sentences =
    base === undefined
      ? [
          `Nothing in this process goes by \`${key}\` yet; this is what the calendar says of it.`,
          ...policy.steps.map(
            ({ label, says, source }) => `${label} (${source.file}, line ${source.line}) says ${says}.`,
          ),
        ]
      : explain(plan, { key, base }, atMs).sentences
  return { ...policy, at: at.toISOString(), sentences: [...sentences] }
}

/**
 * The same for each key whose value is moved from what holds without the calendar, or of whose cache a period in force wants
 * fresh values, and after them what is said of keys that
 * nothing in this process goes by, whose value it cannot know. Throws INVALID_INPUT for an instant that is not worked out.
 */
export function presentMoved(
  { bases }: Pick<PresentNeeds, 'bases'>,
  plan: CalendarPlan,
  at: Date,
): readonly CalendarExplanation[] {
  const told = [...listKeys(plan, bases()), 'context'].map((key) => presentExplanation({ bases }, plan, { key, at }))
  return [
    ...told.filter((one) => one.isUsed && isMoved(one)),
    ...told.filter(({ isUsed, steps }) => !isUsed && steps.length > 0),
  ]
}

/** A demand for fresh values moves no value, and yet what is kept is given no more. */
function isMoved({ base, value, fresh }: CalendarExplanation): boolean {
  return JSON.stringify(base) !== JSON.stringify(value) || fresh.some(({ isUnderway }) => isUnderway)
}

const DAY_MS = 86_400_000

/** What is under way or begins within so many days, as far as that is worked out. */
export function presentUpcoming(plan: CalendarPlan, from: Date, days: number): CalendarUpcoming {
  const fromMs = readInstant(plan, from)
  const toMs = Math.min(plan.toMs, fromMs + days * DAY_MS)
  const windows = plan.periods.flatMap(({ period, boundaries }) =>
    Array.from({ length: boundaries.length / 2 }, (_, at) => ({
      period: period.name,
      startMs: boundaries[2 * at] ?? 0,
      endMs: boundaries[2 * at + 1] ?? 0,
    })).filter(({ startMs, endMs }) => endMs > fromMs && startMs < toMs),
  )
  return {
    from: from.toISOString(),
    to: new Date(toMs).toISOString(),
    windows: windows
      .toSorted((one, other) => one.startMs - other.startMs)
      .map(({ period, startMs, endMs }) => ({
        period,
        startsAt: new Date(startMs).toISOString(),
        endsAt: new Date(endMs).toISOString(),
      })),
  }
}
