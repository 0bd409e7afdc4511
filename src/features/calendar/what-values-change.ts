import type { CalendarCheck, CalendarValueChange } from '#contract/calendar.ts'
import { knobOf, parseKnobKey } from '#domain/calendar/knobs.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import { listValueChanges, type ValueChange } from '#domain/calendar/value-changes.ts'
import { baseOf, type KnownBases } from './known-bases.ts'
import { listKeys } from './list-keys.ts'
import { plain } from './present-calendar.ts'

const DAYS = 30
const DAY_MS = 86_400_000
const MOST_VALUES = 20

/** One of each calendar: what is in force, and what would be. */
export interface FromTo<Thing> {
  readonly from: Thing
  readonly to: Thing
}

/**
 * What the periods of the next 30 days would move otherwise if another calendar were in force, by the first time it differs.
 * Each calendar moves its own bases: it may bring them itself, as the least number of replicas. Only keys that something in this process goes by have a value that could be compared.
 */
export function whatValuesChange(
  { from, to }: FromTo<CalendarPlan>,
  bases: FromTo<KnownBases>,
  atMs: number,
): Pick<CalendarCheck, 'values' | 'moreValues'> {
  const compared = { from, to, startMs: atMs, endMs: Math.min(atMs + DAYS * DAY_MS, from.toMs, to.toMs) }
  const keys = new Set([...listKeys(from, bases.from), ...listKeys(to, bases.to), 'context'])
  const all = [...keys]
    .flatMap((key) => {
      const [base, baseAfter] = [baseOf(bases.from, key), baseOf(bases.to, key)]
      if (base === undefined || baseAfter === undefined) return []
      return withRepeats(listValueChanges(compared, { key, base, baseAfter })).map((found) => ({ key, ...found }))
    })
    .toSorted((one, other) => one.change.startMs - other.change.startMs)
  return {
    values: all.slice(0, MOST_VALUES).map((found) => toContract(found, compared.endMs)),
    moreValues: Math.max(0, all.length - MOST_VALUES),
  }
}

interface Repeated {
  readonly change: ValueChange
  readonly again: number
}

/** A factor of the nights differs each night: that is told once, with how often. */
function withRepeats(changes: readonly ValueChange[]): readonly Repeated[] {
  const alike = Map.groupBy(changes, ({ before, after }) => JSON.stringify([before, after]))
  return [...alike.values()].flatMap((same) => {
    const [change] = same
    return change ? [{ change, again: same.length - 1 }] : []
  })
}

function toContract(
  { key, change, again }: Repeated & { readonly key: string },
  comparedToMs: number,
): CalendarValueChange {
  const { before, after, startMs, endMs, isMoving } = change
  const parsed = parseKnobKey(key)
  return {
    key,
    unit: 'message' in parsed ? '' : knobOf(parsed).unit,
    before: plain(before),
    after: plain(after),
    startsAt: new Date(startMs).toISOString(),
    endsAt: endMs < comparedToMs ? new Date(endMs).toISOString() : null,
    isMoving,
    again,
  }
}
