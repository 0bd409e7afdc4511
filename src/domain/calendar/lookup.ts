import { contributionOf, listActive, listChanges, readAsked, type Asked } from './active-settings.ts'
import { createStretchFinder } from './find-stretch.ts'
import { shareAt, valueAt, type MovingValue } from './moving-value.ts'
import { checkInPlan, type CalendarPlan } from './plan.ts'

/** Stretches of time in each of which a number stays as it is, or moves by one rule. */
export interface Segments {
  /** The first instant of each, and after the last the end of the plan. */
  readonly startsMs: Float64Array
  /** Of those that stay. */
  readonly values: Float64Array
  /** Of those that move; null for those that stay. */
  readonly moving: readonly (MovingValue | null)[]
}

/**
 * The value of a key as a function of the instant, made for being asked very often: it answers from stretches that were
 * worked out beforehand, looks where it found the last answer first, and makes no objects where the value stays. The same as
 * `effective`. The function throws a RangeError outside of the plan; making it throws one for a key that is not about a number.
 */
export function createLookup(plan: CalendarPlan, key: string, base: number): (atMs: number) => number {
  const { startsMs, values, moving } = listSegments(plan, readAsked(plan, key), base)
  const find = createStretchFinder(startsMs)
  let last = 0
  return (atMs) => {
    if (!(atMs >= (startsMs[last] ?? 0) && atMs < (startsMs[last + 1] ?? 0))) {
      checkInPlan(plan, atMs)
      last = find(atMs)
    }
    const moves = moving[last] ?? null
    return moves === null ? (values[last] ?? base) : valueAt(moves, atMs)
  }
}

/** Neighbours of the same value are one. Throws a RangeError when the key is not about a number. */
export function listSegments(plan: CalendarPlan, asked: Asked, base: number): Segments {
  if (!asked.knob.takes.includes('factor')) throw new RangeError(`\`${asked.key.name}\` is no number.`)
  const edges = listEdges(plan, asked)
  const startsMs: number[] = []
  const values: number[] = []
  const moving: (MovingValue | null)[] = []
  for (const [index, startMs] of edges.subarray(0, -1).entries()) {
    const stretch = stretchAt({ asked, base }, edges, index)
    if (stretch.moving === null && moving.at(-1) === null && values.at(-1) === stretch.value) continue
    startsMs.push(startMs)
    values.push(stretch.value)
    moving.push(stretch.moving)
  }
  return { startsMs: Float64Array.from([...startsMs, plan.toMs]), values: Float64Array.from(values), moving }
}

/** The beginning of the plan, every instant at which something may change, and the end of the plan. */
export function listEdges(plan: CalendarPlan, asked: Asked): Float64Array {
  return Float64Array.from([plan.fromMs, ...listChanges(plan, asked), plan.toMs])
}

/** What a number does from one edge to the next: it stays (`moving` is null), or it moves. */
export interface Stretch {
  readonly moving: MovingValue | null
  /** In its middle. */
  readonly value: number
}

export function stretchAt(
  { asked, base }: { readonly asked: Asked; readonly base: number },
  edges: Float64Array,
  index: number,
): Stretch {
  const [startMs = 0, endMs = startMs] = edges.subarray(index, index + 2)
  // At its ends ramps stand still.
  const middleMs = (startMs + endMs) / 2
  const moving = movingValueAt(asked, base, middleMs)
  return { moving: isMoving(moving, middleMs) ? moving : null, value: valueAt(moving, middleMs) }
}

/** What moves a number at an instant. */
export function movingValueAt(asked: Asked, base: number, atMs: number): MovingValue {
  const contributions = listActive(asked, atMs).flatMap((active) => contributionOf(active, base) ?? [])
  return { base, knob: asked.knob, contributions }
}

/** Whether the value may differ: not when those of the highest priority stand still, whatever those below them do. */
export function isMoving({ contributions }: MovingValue, atMs: number): boolean {
  const [first] = contributions
  return contributions.some(
    (contribution) => contribution.priority === first?.priority && shareAt(contribution, atMs) < 1,
  )
}
