import { listChanges, readAsked, type Asked } from './active-settings.ts'
import { plainValueAt, type KnobValue, type Question } from './effective.ts'
import { isMoving, movingValueAt } from './lookup.ts'
import { valueAt } from './moving-value.ts'
import { checkInPlan, type CalendarPlan } from './plan.ts'

/** A stretch of time in which a key would have another value under another calendar. */
export interface ValueChange {
  readonly before: KnobValue
  readonly after: KnobValue
  readonly startMs: number
  /** Where the stretch ends; it may go on beyond what was compared. */
  readonly endMs: number
  /** One of the two is on its way by a ramp in part of it; the values are those between the ramps, or where they lie farthest apart. */
  readonly isMoving: boolean
}

export interface Compared {
  /** The calendar in force, and the one that would be. */
  readonly from: CalendarPlan
  readonly to: CalendarPlan
  readonly startMs: number
  readonly endMs: number
}

/** A key with what holds for it without either calendar. */
export interface ComparedQuestion extends Question {
  /** Where the calendar that would be brings a base of its own; otherwise that is the same for both. */
  readonly baseAfter?: KnobValue
}

/**
 * Where the value of a key would differ, in order; neighbours of the same values are one. Both calendars are worked out once for
 * each stretch between two edges, whichever of them has the edge, so it costs as much as there are edges in the span. Throws a
 * RangeError outside of either plan and for a key that does not exist.
 */
export function listValueChanges(compared: Compared, question: ComparedQuestion): readonly ValueChange[] {
  const { from, to, startMs, endMs } = compared
  for (const plan of [from, to]) for (const atMs of [startMs, endMs - 1]) checkInPlan(plan, atMs)
  const { key, base, baseAfter = base } = question
  const pair = { before: { asked: readAsked(from, key), base }, after: { asked: readAsked(to, key), base: baseAfter } }
  const changes = [...listChanges(from, pair.before.asked), ...listChanges(to, pair.after.asked)]
  const edges = [startMs, ...new Set(changes.filter((atMs) => atMs > startMs && atMs < endMs)), endMs].toSorted(
    (one, other) => one - other,
  )
  const found: Stretch[] = []
  for (const [index, stretchStartMs] of edges.slice(0, -1).entries()) {
    const stretch = compareStretch(pair, stretchStartMs, edges[index + 1] ?? endMs)
    if (stretch === null) continue
    const joined = join(found.at(-1), stretch)
    if (joined) found[found.length - 1] = joined
    else found.push(stretch)
  }
  return found.map(({ before, after, startMs, endMs, isMoving }) => ({ before, after, startMs, endMs, isMoving }))
}

interface Side<Base extends KnobValue> {
  readonly asked: Asked
  readonly base: Base
}

interface Pair<Base extends KnobValue = KnobValue> {
  readonly before: Side<Base>
  readonly after: Side<Base>
}

interface Stretch extends ValueChange {
  /** The values are those of a time in which neither moved. */
  readonly isSettled: boolean
}

/** Null where the two have the same value all along. */
function compareStretch(pair: Pair, startMs: number, endMs: number): Stretch | null {
  return isOfNumbers(pair) ? compareNumbers(pair, startMs, endMs) : comparePlain(pair, startMs, endMs)
}

function isOfNumbers(pair: Pair): pair is Pair<number> {
  const { before, after } = pair
  const isNumber = typeof before.base === 'number' && typeof after.base === 'number'
  return isNumber && before.asked.knob.takes.includes('factor')
}

function comparePlain({ before, after }: Pair, startMs: number, endMs: number): Stretch | null {
  const one = plainValueAt(before.asked, before.base, startMs)
  const other = plainValueAt(after.asked, after.base, startMs)
  if (JSON.stringify(one) === JSON.stringify(other)) return null
  return { before: one, after: other, startMs, endMs, isMoving: false, isSettled: true }
}

function compareNumbers({ before, after }: Pair<number>, startMs: number, endMs: number): Stretch | null {
  // At the ends of a stretch ramps stand still.
  const middleMs = (startMs + endMs) / 2
  const one = movingValueAt(before.asked, before.base, middleMs)
  const other = movingValueAt(after.asked, after.base, middleMs)
  const isOnItsWay = isMoving(one, middleMs) || isMoving(other, middleMs)
  const values = (isOnItsWay ? [startMs, middleMs, endMs] : [middleMs])
    .map((atMs) => ({ before: withoutNoise(valueAt(one, atMs)), after: withoutNoise(valueAt(other, atMs)) }))
    .toSorted((some, more) => distanceOf(more) - distanceOf(some))
  const [farthest] = values
  if (!farthest || distanceOf(farthest) === 0) return null
  return { ...farthest, startMs, endMs, isMoving: isOnItsWay, isSettled: !isOnItsWay }
}

/** Beyond so many figures a number is noise of the arithmetic. */
const FIGURES = 12

function withoutNoise(value: number): number {
  return Number(value.toPrecision(FIGURES))
}

function distanceOf({ before, after }: Pick<ValueChange, 'before' | 'after'>): number {
  return Math.abs(Number(before) - Number(after))
}

/** One stretch of two that touch: of the same values, or where one is but the way to or from the other. */
function join(last: Stretch | undefined, next: Stretch): Stretch | null {
  if (last?.endMs !== next.startMs) return null
  const isSame = JSON.stringify([last.before, last.after]) === JSON.stringify([next.before, next.after])
  if (!isSame && last.isSettled && next.isSettled) return null
  const told = tellingOf(last, next)
  return { ...told, startMs: last.startMs, endMs: next.endMs, isMoving: last.isMoving || next.isMoving }
}

function tellingOf(last: Stretch, next: Stretch): Stretch {
  if (last.isSettled) return last
  return next.isSettled || distanceOf(next) > distanceOf(last) ? next : last
}
